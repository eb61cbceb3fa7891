extern alias CustomerApi;
using System.Net;
using System.Reflection;
using CustomerApi::Customer.Api.Configuration;
using CustomerApi::Customer.Api.Customers;
using MongoDB.Bson;
using MongoDB.Driver;
using MongoDB.Driver.Core.Clusters;
using MongoDB.Driver.Core.Connections;
using MongoDB.Driver.Core.Servers;

namespace Tests.Unit.Customers;

/// <summary>A server that rejects writes because of conflicts, which a real one does only rarely.</summary>
[Trait("Category", "Unit")]
public sealed class InsertConflictTests
{
    private const int Duplicate = 11_000, WriteConflict = 112, AttemptsMax = 10;

    private static readonly ConnectionId Connection = new(new ServerId(new ClusterId(), new DnsEndPoint("localhost", 27017)));

    private readonly List<string[]> _sent = [];

    [Fact]
    public async Task Only_writes_rejected_for_a_conflict_are_retried()
    {
        var store = Store(static attempt => attempt == 1 ? [(0, Duplicate, "E11000 index: customers_user_id dup key: x"), (2, WriteConflict, "")] : []);
        Assert.Equal((string?[])["user_id", null, null], (IEnumerable<string?>)await store.InsertManyAsync(Documents("a", "b", "c")));
        Assert.Equal([["a", "b", "c"], ["c"]], _sent);
    }

    [Fact]
    public async Task A_duplicate_found_by_a_retry_is_named()
    {
        var store = Store(static attempt => attempt switch
        {
            1 => [(0, WriteConflict, ""), (1, WriteConflict, "")],
            2 => [(1, Duplicate, "Index 'customers_email'")],
            _ => [],
        });
        Assert.Equal((string?[])["email", null], (IEnumerable<string?>)await store.InsertManyAsync(Documents("z", "a"))); // sent in the order of the addresses
        Assert.Equal([["a", "z"], ["a", "z"]], _sent);
    }

    [Fact]
    public async Task A_permanent_conflict_is_a_failure()
    {
        var store = Store(static _ => [(0, WriteConflict, "")]);
        await Assert.ThrowsAsync<MongoBulkWriteException<BsonDocument>>(() => store.InsertManyAsync(Documents("a")));
        Assert.Equal(AttemptsMax, _sent.Count);
    }

    private static BsonDocument[] Documents(params string[] emails) => Array.ConvertAll(emails, static email => new BsonDocument("email", email));

    private CustomerStore Store(Func<int, (int Index, int Code, string Message)[]> refuse)
    {
        var documents = Proxy.Of<IMongoCollection<BsonDocument>>((method, arguments) =>
        {
            if (method.Name != nameof(IMongoCollection<>.InsertManyAsync)) throw new NotSupportedException(method.Name);
            _sent.Add([.. ((IEnumerable<BsonDocument>)arguments[0]!).Select(static document => document["email"].AsString)]);
            var errors = Array.ConvertAll(refuse(_sent.Count), Error);
            return errors.Length == 0 ? Task.CompletedTask : Task.FromException(new MongoBulkWriteException<BsonDocument>(
                Connection, new BulkWriteResult<BsonDocument>.Acknowledged(errors.Length, 0, 0, 0, 0, [], []), errors, null, []));
        });
        var database = Proxy.Of<IMongoDatabase>((_, _) => documents);
        return new(new CustomerCollection(Proxy.Of<IMongoClient>((_, _) => database), new CustomerSettings()), null!, null!);
    }

    // The driver has no public constructor for it.
    private static BulkWriteError Error((int Index, int Code, string Message) error) => (BulkWriteError)typeof(BulkWriteError)
        .GetConstructors(BindingFlags.Instance | BindingFlags.NonPublic).Single()
        .Invoke([error.Index, error.Code == Duplicate ? ServerErrorCategory.DuplicateKey : ServerErrorCategory.Uncategorized, error.Code, error.Message, null]);

    /// <summary>A proxy that forwards every call to a function.</summary>
    public class Proxy : DispatchProxy
    {
        private Func<MethodInfo, object?[], object?> _call = null!;

        public static T Of<T>(Func<MethodInfo, object?[], object?> call) where T : class
        {
            var proxy = Create<T, Proxy>();
            ((Proxy)(object)proxy)._call = call;
            return proxy;
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _call(targetMethod!, args ?? []);
    }
}
