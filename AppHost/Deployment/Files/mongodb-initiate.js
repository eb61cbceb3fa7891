// Creates the replica set if it does not exist.
try { rs.status(); } catch (e) {
  if (e.codeName !== 'NotYetInitialized') throw e;
  rs.initiate({ _id: '@SET@', members: '@MEMBERS@'.split(',').map((host, _id) => ({ _id, host })) });
}
