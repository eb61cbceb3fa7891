// Creates the replica set if it does not exist.
try { rs.status(); } catch (e) {
  if (e.codeName !== 'NotYetInitialized') throw e;
  rs.initiate({ _id: 'rs0', members: 'mongodb-0.mongodb:27017,mongodb-1.mongodb:27017,mongodb-2.mongodb:27017'.split(',').map((host, _id) => ({ _id, host })) });
}
