// Writes continuously for SECONDS, and finally checks that no acknowledged write is missing and none was executed twice. MONGODB_URI is a connection
// string with credentials. Prints one line of JSON. The exit code is 1 if a write was lost or executed twice, or if the server did not recover.
import { MongoClient } from 'mongodb';

const seconds = 12, writers = 8;
const client = new MongoClient(process.env.MONGODB_URI, { serverSelectionTimeoutMS: 3000, writeConcern: { w: 'majority' } });
const db = client.db(`steady_${Date.now()}`);
const documents = db.collection('documents');
const counters = db.collection('counters');
const result = { acknowledged: 0, failed: 0, errors: {}, lost: 0, twice: 0, lastSecond: 0 };

await client.connect();
await documents.insertOne({ _id: 'first' });
await counters.insertMany(Array.from({ length: writers }, (_, _id) => ({ _id, n: 0 })));
console.log('writing');
const end = Date.now() + seconds * 1000;
const acknowledged = [];
const increments = new Array(writers).fill(0), uncertain = new Array(writers).fill(0);
const note = e => {
  result.failed++;
  const name = `${e.name} ${e.code ?? ''}`.trim();
  result.errors[name] = (result.errors[name] ?? 0) + 1;
};
await Promise.all(increments.map(async (_, writer) => {
  for (let i = 0; Date.now() < end; i++) {
    const pair = [{ _id: `${writer}-${i}-a` }, { _id: `${writer}-${i}-b` }];
    try {
      await documents.insertMany(pair);
      acknowledged.push(pair[0]._id, pair[1]._id);
      if (end - Date.now() < 1000) result.lastSecond++;
    } catch (e) {
      note(e);
    }
    try {
      await counters.updateOne({ _id: writer }, { $inc: { n: 1 } });
      increments[writer]++;
    } catch (e) {
      uncertain[writer]++;
      note(e);
    }
  }
}));
const found = new Set((await documents.find().toArray()).map(d => d._id));
result.acknowledged = acknowledged.length;
result.lost = acknowledged.filter(id => !found.has(id)).length;
for (const { _id, n } of await counters.find().toArray()) {
  if (n < increments[_id]) result.lost += increments[_id] - n;
  if (n > increments[_id] + uncertain[_id]) result.twice += n - increments[_id] - uncertain[_id];
}
await db.dropDatabase();
await client.close();
console.log(JSON.stringify(result));
process.exitCode = result.lost === 0 && result.twice === 0 && result.lastSecond > 0 ? 0 : 1;
