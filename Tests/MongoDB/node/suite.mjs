// Test cases for any MongoDB server, run with the official driver. MONGODB_URI is a connection string with credentials. Prints TAP: node --test suite.mjs
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { Binary, BSON, Decimal128, Double, Long, MongoClient, MongoServerError, ObjectId, Timestamp } from 'mongodb';

const uri = process.env.MONGODB_URI;
const options = { serverSelectionTimeoutMS: 5000, appName: 'suite' };
const client = new MongoClient(uri, options);
const db = client.db(`suite_${Date.now()}`);
let made = 0;

/** A collection of its own for each case. */
const fresh = async (documents = []) => {
  const collection = db.collection(`c${++made}`);
  if (documents.length > 0) await collection.insertMany(documents);
  return collection;
};
const numbers = count => Array.from({ length: count }, (_, n) => ({ _id: n, n, group: n % 3 }));
const fails = (code, work, check = () => {}) => assert.rejects(work, e => {
  assert.ok(e instanceof MongoServerError, `${e.name}: ${e.message}`);
  assert.equal(e.code, code, e.message);
  check(e);
  return true;
});

before(() => client.connect());
after(async () => {
  await db.dropDatabase();
  await client.close();
});

describe('CRUD', () => {
  test('inserts and finds one document', async () => {
    const c = await fresh();
    const { insertedId } = await c.insertOne({ name: 'Ada' });
    assert.ok(insertedId instanceof ObjectId);
    assert.deepEqual(await c.findOne({ _id: insertedId }), { _id: insertedId, name: 'Ada' });
    assert.equal(await c.findOne({ name: 'Bob' }), null);
  });

  test('keeps every type of BSON', async () => {
    const c = await fresh();
    const document = {
      _id: 1, double: new Double(1.5), text: 'zażółć 🐘', inner: { a: [1, 'x', null] }, bytes: new Binary(Buffer.from([0, 1, 255])), id: new ObjectId(),
      yes: true, date: new Date(1700000000123), none: null, pattern: /^a.*z$/i, int: 7, stamp: new Timestamp({ t: 5, i: 6 }),
      long: Long.fromString('9007199254740993'), decimal: Decimal128.fromString('1.10'), empty: {}, emptyArray: [],
    };
    await c.insertOne(document);
    const read = await c.findOne({ _id: 1 }, { promoteValues: false });
    assert.deepEqual(BSON.EJSON.serialize(read, { relaxed: false }), BSON.EJSON.serialize(document, { relaxed: false }));
  });

  test('finds by id whatever has become of the collection', async () => {
    const c = await fresh([{ _id: 'a' }, { _id: new Double(5) }, { _id: 7, n: 1 }, { _id: Long.fromNumber(8) }]);
    const other = await fresh();
    const read = (id, from = c) => from.findOne({ _id: id });
    for (const id of ['a', 5, 7, 8]) assert.equal((await read(id))._id, id);
    assert.equal(await read('b'), null);
    assert.equal(await c.findOne({ _id: 7, n: 2 }), null);
    assert.deepEqual(await c.findOne({ _id: 7 }, { projection: { _id: 0 } }), { n: 1 });
    assert.deepEqual(await c.find({ _id: 7 }).skip(1).toArray(), []);

    const name = c.collectionName;
    const moved = await c.rename(`${name}_moved`);
    assert.equal(await read('a'), null);
    assert.equal((await read('a', moved))._id, 'a');
    await db.collection(name).insertOne({ _id: 'a', second: true });
    assert.deepEqual(await read('a'), { _id: 'a', second: true });
    await c.drop();
    assert.equal(await read('a'), null);

    const view = await db.createCollection(`${name}_view`, { viewOn: moved.collectionName, pipeline: [{ $match: { n: 1 } }] });
    assert.equal(await read('a', view), null);
    assert.deepEqual(await read(7, view), { _id: 7, n: 1 });
    assert.equal(await read(7, other), null);
  });

  test('many at once find by id each their own', async () => {
    const ids = Array.from({ length: 100 }, (_, i) => i % 2 ? i : `${i}`);
    const c = await fresh(ids.map(_id => ({ _id, text: `of ${_id}` })));
    // Some of them twice, with missing ones in between.
    const asked = [...ids, ...ids, ...ids.map(id => `no ${id}`)].sort((a, b) => `${a}`.length - `${b}`.length);
    const found = await Promise.all(asked.map(_id => c.findOne({ _id })));
    assert.deepEqual(found.map(d => d?.text), asked.map(id => ids.includes(id) ? `of ${id}` : undefined));
  });

  test('projects, sorts, skips and limits', async () => {
    const c = await fresh(numbers(20));
    const found = await c.find({ n: { $gte: 5 } }, { projection: { n: 1, _id: 0 } }).sort({ n: -1 }).skip(2).limit(3).toArray();
    assert.deepEqual(found, [{ n: 17 }, { n: 16 }, { n: 15 }]);
  });

  test('updates one, many, and by replacement', async () => {
    const c = await fresh(numbers(6));
    assert.equal((await c.updateOne({ _id: 0 }, { $inc: { n: 10 }, $set: { 'a.b': 1 } })).modifiedCount, 1);
    assert.deepEqual(await c.findOne({ _id: 0 }), { _id: 0, n: 10, group: 0, a: { b: 1 } });
    const same = await c.updateOne({ _id: 0 }, { $set: { n: 10 } });
    assert.deepEqual([same.matchedCount, same.modifiedCount], [1, 0]);
    assert.equal((await c.updateMany({ group: 1 }, { $set: { seen: true } })).modifiedCount, 2);
    await c.replaceOne({ _id: 5 }, { other: 1 });
    assert.deepEqual(await c.findOne({ _id: 5 }), { _id: 5, other: 1 });
    await c.updateOne({ _id: 1 }, { $push: { list: { $each: [3, 1, 2], $sort: 1, $slice: 2 } } });
    assert.deepEqual((await c.findOne({ _id: 1 })).list, [1, 2]);
    await c.updateOne({ _id: 1 }, [{ $set: { total: { $add: ['$n', 100] } } }]);
    assert.equal((await c.findOne({ _id: 1 })).total, 101);
  });

  test('upserts', async () => {
    const c = await fresh();
    const first = await c.updateOne({ _id: 'k' }, { $setOnInsert: { made: 1 }, $inc: { n: 1 } }, { upsert: true });
    assert.deepEqual([first.upsertedCount, first.upsertedId, first.matchedCount], [1, 'k', 0]);
    const second = await c.updateOne({ _id: 'k' }, { $setOnInsert: { made: 2 }, $inc: { n: 1 } }, { upsert: true });
    assert.deepEqual([second.upsertedCount, second.matchedCount], [0, 1]);
    assert.deepEqual(await c.findOne({ _id: 'k' }), { _id: 'k', made: 1, n: 2 });
  });

  test('deletes one and many', async () => {
    const c = await fresh(numbers(6));
    assert.equal((await c.deleteOne({ group: 0 })).deletedCount, 1);
    assert.equal((await c.deleteMany({ group: { $in: [0, 1] } })).deletedCount, 3);
    assert.equal(await c.countDocuments(), 2);
  });

  test('finds and changes in one step', async () => {
    const c = await fresh(numbers(3));
    assert.equal((await c.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } })).n, 1);
    assert.equal((await c.findOneAndUpdate({ _id: 1 }, { $inc: { n: 1 } }, { returnDocument: 'after' })).n, 3);
    const unchanged = await c.findOneAndUpdate({ _id: 1 }, { $set: { n: 3 } }, { includeResultMetadata: true });
    assert.deepEqual([unchanged.lastErrorObject.n, unchanged.lastErrorObject.updatedExisting], [1, true]);
    assert.equal(await c.findOneAndUpdate({ _id: 99 }, { $set: { n: 3 } }), null);
    assert.equal((await c.findOneAndReplace({ _id: 9 }, { n: 9 }, { upsert: true, returnDocument: 'after' })).n, 9);
    assert.equal((await c.findOneAndDelete({ _id: 2 })).n, 2);
    assert.equal(await c.findOne({ _id: 2 }), null);
  });

  test('counts and finds distinct values', async () => {
    const c = await fresh(numbers(10));
    assert.equal(await c.countDocuments({ group: 1 }), 3);
    assert.equal(await c.countDocuments({}, { skip: 4, limit: 3 }), 3);
    assert.deepEqual((await c.distinct('group', { n: { $lt: 2 } })).sort(), [0, 1]);
    assert.ok(await c.estimatedDocumentCount() >= 0);
  });

  test('reads what a filter with arrays and regular expressions selects', async () => {
    const c = await fresh([{ _id: 1, tags: ['a', 'b'], rows: [{ k: 1, v: 5 }] }, { _id: 2, tags: [], rows: [{ k: 1, v: 9 }, { k: 2, v: 5 }] }]);
    assert.equal(await c.countDocuments({ tags: 'b' }), 1);
    assert.equal(await c.countDocuments({ rows: { $elemMatch: { k: 1, v: { $gt: 6 } } } }), 1);
    assert.equal(await c.countDocuments({ tags: { $regex: '^A', $options: 'i' } }), 1);
    await c.updateOne({ _id: 2 }, { $set: { 'rows.$[row].v': 0 } }, { arrayFilters: [{ 'row.k': 2 }] });
    assert.deepEqual((await c.findOne({ _id: 2 })).rows[1], { k: 2, v: 0 });
  });
});

describe('bulk writes', () => {
  test('an ordered one stops at its first error', async () => {
    const c = await fresh([{ _id: 1 }]);
    await assert.rejects(c.insertMany([{ _id: 0 }, { _id: 1 }, { _id: 2 }]), e => {
      assert.equal(e.code, 11000);
      assert.equal(e.result.insertedCount, 1);
      assert.deepEqual(e.writeErrors.map(w => w.index), [1]);
      return true;
    });
    assert.deepEqual((await c.find().sort({ _id: 1 }).toArray()).map(d => d._id), [0, 1]);
  });

  test('an unordered one goes on', async () => {
    const c = await fresh([{ _id: 1 }]);
    await assert.rejects(c.insertMany([{ _id: 1 }, { _id: 0 }, { _id: 1 }, { _id: 2 }], { ordered: false }), e => {
      assert.equal(e.result.insertedCount, 2);
      assert.deepEqual(e.writeErrors.map(w => [w.index, w.code]), [[0, 11000], [2, 11000]]);
      return true;
    });
    assert.equal(await c.countDocuments(), 3);
  });

  test('mixes all kinds', async () => {
    const c = await fresh(numbers(4));
    const result = await c.bulkWrite([
      { insertOne: { document: { _id: 10 } } }, { updateOne: { filter: { _id: 0 }, update: { $set: { n: 5 } } } },
      { updateMany: { filter: { group: 1 }, update: { $inc: { n: 1 } } } }, { replaceOne: { filter: { _id: 11 }, replacement: { n: 1 }, upsert: true } },
      { deleteOne: { filter: { _id: 3 } } }, { deleteMany: { filter: { _id: 2 } } },
    ]);
    assert.deepEqual([result.insertedCount, result.modifiedCount, result.upsertedCount, result.deletedCount], [1, 2, 1, 2]);
    assert.deepEqual(result.upsertedIds, { 3: 11 });
  });

  test('takes ten thousand documents', async () => {
    const c = await fresh();
    assert.equal((await c.insertMany(numbers(10000))).insertedCount, 10000);
    assert.equal(await c.countDocuments(), 10000);
  });
});

describe('aggregation', () => {
  test('matches, groups and sorts', async () => {
    const c = await fresh(numbers(9));
    const groups = await c.aggregate([
      { $match: { n: { $gte: 3 } } }, { $group: { _id: '$group', sum: { $sum: '$n' }, avg: { $avg: '$n' }, max: { $max: '$n' }, count: { $sum: 1 } } },
      { $sort: { _id: 1 } },
    ]).toArray();
    assert.deepEqual(groups, [{ _id: 0, sum: 9, avg: 4.5, max: 6, count: 2 }, { _id: 1, sum: 11, avg: 5.5, max: 7, count: 2 },
      { _id: 2, sum: 13, avg: 6.5, max: 8, count: 2 }]);
  });

  test('unwinds and joins', async () => {
    const orders = await fresh([{ _id: 1, lines: [{ p: 'a', q: 2 }, { p: 'b', q: 1 }] }]);
    const products = await fresh([{ _id: 'a', price: 3 }, { _id: 'b', price: 5 }]);
    const rows = await orders.aggregate([
      { $unwind: '$lines' }, { $lookup: { from: products.collectionName, localField: 'lines.p', foreignField: '_id', as: 'product' } },
      { $set: { cost: { $multiply: ['$lines.q', { $first: '$product.price' }] } } }, { $project: { cost: 1, p: '$lines.p' } }, { $sort: { p: 1 } },
    ]).toArray();
    assert.deepEqual(rows, [{ _id: 1, cost: 6, p: 'a' }, { _id: 1, cost: 5, p: 'b' }]);
  });

  test('does several at once, by date, and percentiles', async () => {
    const c = await fresh(Array.from({ length: 12 }, (_, n) => ({ _id: n, at: new Date(Date.UTC(2024, n, 15)), v: n })));
    const [facets] = await c.aggregate([{ $facet: {
      quarters: [{ $group: { _id: { $dateTrunc: { date: '$at', unit: 'quarter' } }, n: { $sum: 1 } } }, { $sort: { _id: 1 } }],
      total: [{ $count: 'n' }],
    } }]).toArray();
    assert.deepEqual(facets.quarters.map(q => q.n), [3, 3, 3, 3]);
    assert.deepEqual(facets.total, [{ n: 12 }]);
    const [p] = await c.aggregate([{ $group: { _id: null, p: { $percentile: { input: '$v', p: [0.5], method: 'approximate' } } } }]).toArray();
    assert.ok(p.p[0] >= 5 && p.p[0] <= 6);
  });

  test('writes its result with $out and $merge', async () => {
    const c = await fresh(numbers(4));
    const target = await fresh();
    await c.aggregate([{ $match: { n: { $lt: 2 } } }, { $out: target.collectionName }]).toArray();
    assert.equal(await target.countDocuments(), 2);
    await c.aggregate([{ $merge: { into: target.collectionName } }]).toArray();
    assert.equal(await target.countDocuments(), 4);
  });

  test('refuses an unknown stage', async () => {
    const c = await fresh();
    await fails(40324, c.aggregate([{ $nonsense: {} }]).toArray());
  });
});

describe('cursors', () => {
  test('read on in batches', async () => {
    const c = await fresh(numbers(250));
    const seen = [];
    for await (const d of c.find({}, { batchSize: 40 })) seen.push(d.n);
    assert.equal(new Set(seen).size, 250);
  });

  test('keep the order of a sort over many batches', async () => {
    const c = await fresh(numbers(250));
    const seen = await c.find({}, { batchSize: 7 }).sort({ group: 1, n: -1 }).map(d => d.n).toArray();
    assert.equal(seen.length, 250);
    assert.deepEqual(seen.slice(0, 3), [249, 246, 243]);
  });

  test('of aggregations read on too', async () => {
    const c = await fresh(numbers(250));
    assert.equal((await c.aggregate([{ $set: { m: { $mod: ['$n', 7] } } }, { $sort: { m: 1 } }], { batchSize: 20 }).toArray()).length, 250);
  });

  test('can be killed, and are gone then', async () => {
    const c = await fresh(numbers(250));
    const first = await db.command({ find: c.collectionName, batchSize: 2, sort: { n: 1 } });
    const id = first.cursor.id;
    const killed = await db.command({ killCursors: c.collectionName, cursors: [id, Long.fromNumber(12345)] });
    assert.deepEqual([killed.cursorsKilled.map(String), killed.cursorsNotFound.map(String)], [[String(id)], ['12345']]);
    await fails(43, db.command({ getMore: id, collection: c.collectionName }));
  });

  test('are closed by the driver in the middle', async () => {
    const c = await fresh(numbers(250));
    const cursor = c.find({}, { batchSize: 5 });
    await cursor.next();
    const { id } = cursor;
    await cursor.close();
    await fails(43, db.command({ getMore: id, collection: c.collectionName }));
  });

  test('of many readers at once do not meet', async () => {
    const c = await fresh(numbers(120));
    const all = await Promise.all(Array.from({ length: 20 }, () => c.find({}, { batchSize: 11 }).sort({ n: 1 }).toArray()));
    for (const found of all) assert.deepEqual(found.map(d => d.n), Array.from({ length: 120 }, (_, n) => n));
  });
});

describe('indexes', () => {
  test('unique ones keep doubles out', async () => {
    const c = await fresh([{ _id: 1, email: 'a@b' }]);
    assert.equal(await c.createIndex({ email: 1 }, { unique: true }), 'email_1');
    await fails(11000, c.insertOne({ _id: 2, email: 'a@b' }), e => {
      assert.deepEqual([e.keyPattern, e.keyValue], [{ email: 1 }, { email: 'a@b' }]);
      assert.match(e.message, /^E11000 duplicate key error collection: suite_\d+\.c\d+ index: email_1 dup key: { email: "a@b" }$/);
    });
    await c.insertOne({ _id: 3, email: 'c@d' });
    await fails(11000, c.updateOne({ _id: 3 }, { $set: { email: 'a@b' } }), e => assert.deepEqual(e.keyValue, { email: 'a@b' }));
    await fails(11000, c.findOneAndUpdate({ _id: 3 }, { $set: { email: 'a@b' } }), e => assert.deepEqual(e.keyPattern, { email: 1 }));
  });

  test('of several fields, with names and options', async () => {
    const c = await fresh(numbers(50));
    await c.createIndexes([{ key: { group: 1, n: -1 }, name: 'by_group' }, { key: { 'a.b': 1 }, name: 'sparse', sparse: true },
      { key: { n: 1 }, name: 'part', partialFilterExpression: { n: { $gt: 10 } } }]);
    const indexes = await c.indexes();
    assert.deepEqual(indexes.map(i => i.name).sort(), ['_id_', 'by_group', 'part', 'sparse']);
    assert.deepEqual(indexes.find(i => i.name === 'by_group').key, { group: 1, n: -1 });
    assert.deepEqual((await c.find({ group: 1 }).sort({ n: -1 }).hint('by_group').limit(1).toArray())[0].n, 49);
    await c.dropIndex('by_group');
    assert.equal((await c.indexes()).length, 3);
    await c.dropIndexes();
    assert.equal((await c.indexes()).length, 1);
    await fails(27, c.dropIndex('nothing'));
  });

  test('that expire documents', async () => {
    const c = await fresh([{ at: new Date() }]);
    await c.createIndex({ at: 1 }, { expireAfterSeconds: 3600 });
    assert.equal((await c.indexes()).find(i => i.name === 'at_1').expireAfterSeconds, 3600);
  });

  test('over text', async () => {
    const c = await fresh([{ _id: 1, t: 'the quick brown fox' }, { _id: 2, t: 'a lazy dog' }]);
    await c.createIndex({ t: 'text' });
    assert.deepEqual((await c.find({ $text: { $search: 'foxes' } }).toArray()).map(d => d._id), [1]);
  });

  test('a unique one cannot be built over doubles', async () => {
    const c = await fresh([{ k: 1 }, { k: 1 }]);
    await fails(11000, c.createIndex({ k: 1 }, { unique: true }), e => assert.match(e.message, /E11000 duplicate key error collection: .* index: k_1/));
  });
});

describe('errors', () => {
  test('a second document of the same _id', async () => {
    const id = new ObjectId();
    const c = await fresh([{ _id: id }]);
    await fails(11000, c.insertOne({ _id: id }), e => {
      assert.deepEqual(e.keyPattern, { _id: 1 });
      assert.deepEqual(e.keyValue, { _id: id });
      assert.ok(e.message.endsWith(`index: _id_ dup key: { _id: ObjectId('${id}') }`), e.message);
    });
  });

  test('a document that its collection does not allow', async () => {
    const c = await db.createCollection('checked', { validator: { $jsonSchema: { required: ['name'], properties: { name: { bsonType: 'string' } } } } });
    await c.insertOne({ name: 'x' });
    await fails(121, c.insertOne({ name: 5 }));
    await fails(121, c.updateOne({ name: 'x' }, { $unset: { name: 1 } }));
  });

  test('an unknown command', () => fails(59, db.command({ makeCoffee: 1 }), e => assert.equal(e.codeName, 'CommandNotFound')));

  test('a time limit', async () => {
    const c = await fresh(numbers(3000));
    const each = { from: c.collectionName, let: { n: '$n' }, pipeline: [{ $match: { $expr: { $gt: ['$n', '$$n'] } } }, { $count: 'x' }], as: 'a' };
    const slow = [{ $lookup: each }, { $sort: { a: 1 } }];
    await fails(50, c.aggregate(slow, { maxTimeMS: 50 }).toArray(), e => assert.equal(e.codeName, 'MaxTimeMSExpired'));
  });

  test('bad filters and updates', async () => {
    const c = await fresh(numbers(1));
    await fails(2, c.find({ $foo: 1 }).toArray());
    await assert.rejects(c.updateOne({}, { $nope: { a: 1 } }), MongoServerError);
    await fails(66, c.updateOne({ _id: 0 }, { $set: { _id: 5 } }));
  });

  test('a collection that exists, with other options', async () => {
    await db.createCollection('twice');
    await fails(48, db.createCollection('twice', { validator: { a: 1 } }));
  });
});

describe('authentication', () => {
  const { host } = new URL(uri);
  const open = async (address, work, more = {}) => {
    const other = new MongoClient(address, { ...options, ...more });
    try {
      return await work(other);
    } finally {
      await other.close();
    }
  };

  test('with the right password', () => open(uri, async other => {
    const status = await other.db('admin').command({ connectionStatus: 1 });
    assert.equal(status.authInfo.authenticatedUsers[0].user, decodeURIComponent(new URL(uri).username));
  }));

  test('with a wrong one', () => open(`mongodb://${new URL(uri).username}:wrong@${host}/?authSource=admin`, other => fails(18, other.connect())));

  test('as nobody', () => open(`mongodb://nobody-here:x@${host}/?authSource=admin`, other => fails(18, other.connect())));

  test('without any', () => open(`mongodb://${host}/`, async other => {
    await fails(13, other.db('x').collection('c').findOne({}));
    await fails(13, other.db('x').command({ listCollections: 1 }));
    assert.equal((await other.db('admin').command({ ping: 1 })).ok, 1);
  }));

  test('as a user with fewer rights, who may only read', async () => {
    const c = await fresh(numbers(3));
    const user = `reader${Date.now()}`;
    await client.db('admin').command({ createUser: user, pwd: 'Str0ng-enough!', roles: [{ role: 'readAnyDatabase', db: 'admin' }] });
    try {
      await open(`mongodb://${user}:${encodeURIComponent('Str0ng-enough!')}@${host}/?authSource=admin`, async other => {
        const theirs = other.db(db.databaseName).collection(c.collectionName);
        assert.equal((await theirs.findOne({ _id: 1 })).n, 1);
        await fails(13, theirs.insertOne({ _id: 9 }));
        await fails(13, theirs.deleteMany({}));
      });
    } finally {
      await client.db('admin').command({ dropUser: user });
    }
    assert.equal(await c.countDocuments(), 3);
  });
});

describe('transactions and sessions', () => {
  test('commit', async () => {
    const c = await fresh([{ _id: 1, n: 1 }]);
    await client.withSession(session => session.withTransaction(async () => {
      await c.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      await c.insertOne({ _id: 2 }, { session });
      assert.equal(await c.findOne({ _id: 2 }), null);
      assert.equal((await c.findOne({ _id: 2 }, { session }))._id, 2);
    }));
    assert.equal((await c.findOne({ _id: 1 })).n, 2);
    assert.equal(await c.countDocuments(), 2);
  });

  test('abort', async () => {
    const c = await fresh([{ _id: 1, n: 1 }]);
    await client.withSession(async session => {
      session.startTransaction();
      await c.updateOne({ _id: 1 }, { $inc: { n: 1 } }, { session });
      await session.abortTransaction();
    });
    assert.equal((await c.findOne({ _id: 1 })).n, 1);
  });

  test('an error inside ends them', async () => {
    const c = await fresh([{ _id: 1 }]);
    await client.withSession(async session => {
      session.startTransaction();
      await c.insertOne({ _id: 2 }, { session });
      await fails(11000, c.insertOne({ _id: 1 }, { session }));
      await fails(251, c.insertOne({ _id: 3 }, { session }));
      await session.abortTransaction();
    });
    assert.deepEqual((await c.find().toArray()).map(d => d._id), [1]);
  });

  test('two that write the same document conflict, and the driver repeats the loser', async () => {
    const c = await fresh([{ _id: 1, n: 0 }]);
    let attempts = 0;
    await Promise.all(Array.from({ length: 4 }, () => client.withSession(session => session.withTransaction(async () => {
      attempts++;
      const { n } = await c.findOne({ _id: 1 }, { session });
      await new Promise(resolve => setTimeout(resolve, 20));
      await c.updateOne({ _id: 1 }, { $set: { n: n + 1 } }, { session });
    }))));
    assert.equal((await c.findOne({ _id: 1 })).n, 4);
    assert.ok(attempts > 4);
  });

  test('read with cursors inside', async () => {
    const c = await fresh(numbers(60));
    await client.withSession(session => session.withTransaction(async () => {
      await c.insertOne({ _id: 100, n: 100 }, { session });
      assert.equal((await c.find({}, { session, batchSize: 10 }).sort({ n: 1 }).toArray()).length, 61);
    }));
  });

  test('a repeated write happens once', async () => {
    const c = await fresh([{ _id: 1, n: 0 }]);
    const update = { update: c.collectionName, updates: [{ q: { _id: 1 }, u: { $inc: { n: 1 } } }] };
    const insert = { insert: c.collectionName, documents: [{ _id: 2 }, { _id: 3 }] };
    const modify = { findAndModify: c.collectionName, query: { _id: 1 }, update: { $inc: { n: 1 } }, new: true };
    await client.withSession(async session => {
      for (const command of [update, insert, modify]) {
        const txnNumber = Long.fromNumber(++session.serverSession.txnNumber); // as the driver does before each of its retryable writes
        const send = () => db.command({ ...command, txnNumber }, { session });
        assert.deepEqual(await send(), await send());
      }
    });
    assert.equal((await c.findOne({ _id: 1 })).n, 2);
    assert.equal(await c.countDocuments(), 3);
  });

  test('causally consistent sessions read their writes', () => client.withSession({ causalConsistency: true }, async session => {
    const c = await fresh();
    await c.insertOne({ _id: 1 }, { session });
    assert.equal((await c.findOne({ _id: 1 }, { session }))._id, 1);
  }));
});

describe('administration', () => {
  test('lists databases and collections', async () => {
    const c = await fresh(numbers(1));
    assert.ok((await client.db('admin').admin().listDatabases()).databases.some(d => d.name === db.databaseName));
    assert.ok((await db.listCollections({}, { nameOnly: true }).toArray()).some(d => d.name === c.collectionName));
    assert.equal((await db.listCollections({ name: c.collectionName }).toArray())[0].type, 'collection');
  });

  test('renames and drops', async () => {
    const c = await fresh(numbers(2));
    const renamed = await c.rename(`${c.collectionName}_new`);
    assert.equal(await renamed.countDocuments(), 2);
    assert.equal(await renamed.drop(), true);
    assert.equal((await db.listCollections({ name: renamed.collectionName }).toArray()).length, 0);
    await db.collection('never_made').drop();
  });

  test('views', async () => {
    const c = await fresh(numbers(6));
    await db.createCollection('odd', { viewOn: c.collectionName, pipeline: [{ $match: { n: { $mod: [2, 1] } } }] });
    assert.equal(await db.collection('odd').countDocuments(), 3);
  });

  test('says what it is', async () => {
    const admin = client.db('admin');
    const hello = await admin.command({ hello: 1 });
    assert.deepEqual([hello.isWritablePrimary, hello.maxBsonObjectSize, hello.maxWireVersion], [true, 16777216, 25]);
    assert.match((await admin.command({ buildInfo: 1 })).version, /^\d+\.\d+\.\d+$/);
    assert.ok((await admin.command({ serverStatus: 1 })).connections.current >= 1);
    assert.ok((await db.stats()).collections >= 1);
    const c = await fresh(numbers(5));
    assert.equal((await db.command({ collStats: c.collectionName })).ns, `${db.databaseName}.${c.collectionName}`);
  });
});

describe('size and load', () => {
  test('a document of 15 MB', async () => {
    const c = await fresh();
    const text = 'x'.repeat(15 * 1024 * 1024);
    await c.insertOne({ _id: 1, text });
    assert.equal((await c.findOne({ _id: 1 })).text.length, text.length);
  });

  test('a message of 40 MB', async () => {
    const c = await fresh();
    const text = 'y'.repeat(1024 * 1024);
    assert.equal((await c.insertMany(Array.from({ length: 40 }, (_, n) => ({ _id: n, text })))).insertedCount, 40);
    let bytes = 0;
    for await (const d of c.find()) bytes += d.text.length;
    assert.equal(bytes, 40 * text.length);
  });

  test('writes that nobody waits for', async () => {
    const c = await fresh();
    const result = await c.insertOne({ _id: 1 }, { writeConcern: { w: 0 } });
    assert.equal(result.acknowledged, false);
    for (let i = 0; i < 50 && await c.countDocuments() === 0; i++) await new Promise(resolve => setTimeout(resolve, 20));
    assert.equal(await c.countDocuments(), 1);
  });

  test('fifty clients at once', async () => {
    const c = await fresh(numbers(500));
    await Promise.all(Array.from({ length: 50 }, async (_, worker) => {
      for (let i = 0; i < 20; i++) {
        const n = (worker * 37 + i * 11) % 500;
        assert.equal((await c.findOne({ _id: n })).n, n);
        if (i % 5 === 0) await c.updateOne({ _id: n }, { $inc: { hits: 1 } });
      }
    }));
    const [sum] = await c.aggregate([{ $group: { _id: null, hits: { $sum: '$hits' } } }]).toArray();
    assert.equal(sum.hits, 200);
  });
});
