using MongoDB.Bson;

namespace MongoDB.Driver;

/// <summary>What a server is.</summary>
internal enum ServerType
{
    Unknown,
    Standalone,
    ShardRouter,
    ReplicaSetPrimary,
    ReplicaSetSecondary,
    ReplicaSetArbiter,
    ReplicaSetOther,
    ReplicaSetGhost,
}

/// <summary>What one look at a server has found. Immutable.</summary>
internal sealed record ServerDescription(MongoServerAddress Address)
{
    public ServerType Type { get; init; }

    public string? SetName { get; init; }

    /// <summary>All members that this one knows of.</summary>
    public IReadOnlyList<MongoServerAddress> Members { get; init; } = [];

    /// <summary>How the member calls itself.</summary>
    public MongoServerAddress? Me { get; init; }

    public ObjectId? ElectionId { get; init; }

    public int? SetVersion { get; init; }

    public TimeSpan RoundTrip { get; init; }

    public int WireVersionMax { get; init; }

    public int DocumentBytesMax { get; init; } = BsonLimits.DocumentBytesMax;

    public int MessageBytesMax { get; init; } = WireProtocol.MessageBytesMax;

    public int WriteBatchMax { get; init; } = 100_000;

    /// <summary>Null where the server has no sessions.</summary>
    public int? SessionTimeoutMinutes { get; init; }

    /// <summary>Why it is unknown.</summary>
    public Exception? Error { get; init; }

    public bool IsMember
        => Type is ServerType.ReplicaSetPrimary or ServerType.ReplicaSetSecondary or ServerType.ReplicaSetArbiter or ServerType.ReplicaSetOther;

    public bool IsWritable => Type is ServerType.ReplicaSetPrimary or ServerType.Standalone or ServerType.ShardRouter;

    public bool SupportsRetryableWrites => SessionTimeoutMinutes is not null && Type is not (ServerType.Standalone or ServerType.Unknown);

    public static bool IsOk(BsonDocument reply) => reply.TryGetValue("ok", out var ok) && ok.ToBoolean() && (ok.IsNumeric || ok.IsBoolean);

    public static ServerDescription From(MongoServerAddress address, BsonDocument hello, TimeSpan roundTrip)
    {
        var members = new List<MongoServerAddress>();
        foreach (var name in new[] { "hosts", "passives", "arbiters" })
        {
            if (hello.GetValue(name, BsonNull.Value) is not BsonArray hosts) continue;
            foreach (var host in hosts)
            {
                if (MongoServerAddress.TryParse((host as BsonString)?.Value ?? "", out var member)) members.Add(member);
            }
        }

        return new ServerDescription(address)
        {
            Type = TypeOf(hello),
            SetName = (hello.GetValue("setName", BsonNull.Value) as BsonString)?.Value,
            Members = members,
            Me = MongoServerAddress.TryParse((hello.GetValue("me", BsonNull.Value) as BsonString)?.Value ?? "", out var me) ? me : null,
            ElectionId = (hello.GetValue("electionId", BsonNull.Value) as BsonObjectId)?.Value,
            SetVersion = Number(hello, "setVersion"),
            RoundTrip = roundTrip,
            WireVersionMax = Number(hello, "maxWireVersion") ?? 0,
            DocumentBytesMax = Number(hello, "maxBsonObjectSize") ?? BsonLimits.DocumentBytesMax,
            MessageBytesMax = Math.Min(Number(hello, "maxMessageSizeBytes") ?? WireProtocol.MessageBytesMax, WireProtocol.MessageBytesMax),
            WriteBatchMax = Math.Max(1, Number(hello, "maxWriteBatchSize") ?? 1000),
            SessionTimeoutMinutes = Number(hello, "logicalSessionTimeoutMinutes"),
        };
    }

    private static int? Number(BsonDocument hello, string name) => hello.TryGetValue(name, out var value) && value is BsonInt32 number ? number.Value : null;

    private static bool Flag(BsonDocument hello, string name) => hello.TryGetValue(name, out var value) && value == BsonBoolean.True;

    private static ServerType TypeOf(BsonDocument hello)
    {
        if (!IsOk(hello)) return ServerType.Unknown;
        if (Flag(hello, "isreplicaset")) return ServerType.ReplicaSetGhost;
        if (hello.Contains("setName"))
        {
            if (Flag(hello, "hidden")) return ServerType.ReplicaSetOther;
            if (Flag(hello, "isWritablePrimary") || Flag(hello, "ismaster")) return ServerType.ReplicaSetPrimary;
            if (Flag(hello, "secondary")) return ServerType.ReplicaSetSecondary;
            return Flag(hello, "arbiterOnly") ? ServerType.ReplicaSetArbiter : ServerType.ReplicaSetOther;
        }

        return hello.GetValue("msg", BsonNull.Value) is BsonString { Value: "isdbgrid" } ? ServerType.ShardRouter : ServerType.Standalone;
    }
}

/// <summary>What a deployment is.</summary>
internal enum TopologyType
{
    Unknown,
    Single,
    Sharded,
    ReplicaSetNoPrimary,
    ReplicaSetWithPrimary,
}

/// <summary>
/// All servers of a deployment, and what follows from one more look at one of them (mongodb/specifications, server discovery and monitoring). Immutable and
/// pure.
/// </summary>
internal sealed record Topology(TopologyType Type, IReadOnlyDictionary<MongoServerAddress, ServerDescription> Servers, string? SetName)
{
    private ObjectId? MaxElectionId { get; init; }

    private int? MaxSetVersion { get; init; }

    public static Topology Start(MongoClientSettings settings)
    {
        var servers = settings.Servers.ToDictionary(static address => address, static address => new ServerDescription(address));
        var type = settings.DirectConnection == true ? TopologyType.Single
            : settings.ReplicaSetName is not null ? TopologyType.ReplicaSetNoPrimary
            : TopologyType.Unknown;
        return new(type, servers, settings.ReplicaSetName);
    }

    /// <summary>With what was found; the same where the server is no part of the deployment any more.</summary>
    public Topology With(ServerDescription found)
    {
        if (!Servers.ContainsKey(found.Address)) return this;
        if (Type == TopologyType.Single && SetName is not null && found.SetName != SetName && found.Type != ServerType.Unknown)
        {
            found = new(found.Address) { Error = new MongoConfigurationException($"The server is a member of the set '{found.SetName}', not of '{SetName}'.") };
        }

        var next = this with { Servers = Replace(found) };
        return Type switch
        {
            TopologyType.Single => next,
            TopologyType.Unknown => next.FromUnknown(found),
            TopologyType.Sharded => found.Type is ServerType.ShardRouter or ServerType.Unknown ? next : next.Without(found.Address),
            _ => next.InReplicaSet(found),
        };
    }

    private Topology FromUnknown(ServerDescription found)
    {
        switch (found.Type)
        {
            case ServerType.Unknown or ServerType.ReplicaSetGhost: return this;
            case ServerType.Standalone: return Servers.Count == 1 ? this with { Type = TopologyType.Single } : Without(found.Address);
            case ServerType.ShardRouter: return this with { Type = TopologyType.Sharded };
            default: return (this with { Type = TopologyType.ReplicaSetNoPrimary }).InReplicaSet(found);
        }
    }

    private Topology InReplicaSet(ServerDescription found) => found.Type switch
    {
        ServerType.Standalone or ServerType.ShardRouter => Without(found.Address).WithPrimaryChecked(),
        ServerType.ReplicaSetPrimary => FromPrimary(found),
        _ when found.IsMember => FromMember(found),
        _ => WithPrimaryChecked(),
    };

    private Topology FromMember(ServerDescription found)
    {
        var next = SetName is null ? this with { SetName = found.SetName } : this;
        if (next.SetName != found.SetName) return next.Without(found.Address).WithPrimaryChecked();
        // Only the primary may take members out; where there is none, the others may bring some in.
        var hasPrimary = next.Servers.Values.Any(static server => server.Type == ServerType.ReplicaSetPrimary);
        if (!hasPrimary) next = next with { Servers = next.Add(found.Members) };
        if (found.Me is { } me && me != found.Address) next = next.Without(found.Address);
        return next.WithPrimaryChecked();
    }

    private Topology FromPrimary(ServerDescription found)
    {
        var next = SetName is null ? this with { SetName = found.SetName } : this;
        if (next.SetName != found.SetName) return next.Without(found.Address).WithPrimaryChecked();
        if (IsStale(found))
        {
            var stale = new ServerDescription(found.Address) { Error = new MongoClientException("The server claims to be primary by an older election.") };
            return (next with { Servers = next.Replace(stale) }).WithPrimaryChecked();
        }

        var servers = new Dictionary<MongoServerAddress, ServerDescription>();
        foreach (var (address, server) in next.Add(found.Members))
        {
            // There is one primary: the older one is looked at again. Members that the primary does not name are gone.
            if (!found.Members.Contains(address)) continue;
            servers[address] = server.Type == ServerType.ReplicaSetPrimary && address != found.Address ? new ServerDescription(address) : server;
        }

        var maxSetVersion = MaxSetVersion is { } old && old > (found.SetVersion ?? 0) ? old : found.SetVersion ?? MaxSetVersion;
        return (next with { Servers = servers, MaxElectionId = found.ElectionId ?? MaxElectionId, MaxSetVersion = maxSetVersion }).WithPrimaryChecked();
    }

    private bool IsStale(ServerDescription found)
    {
        if (found.WireVersionMax >= 17)
        {
            var order = Nullable.Compare(found.ElectionId, MaxElectionId);
            return order < 0 || (order == 0 && Nullable.Compare(found.SetVersion, MaxSetVersion) < 0);
        }

        if (found.SetVersion is not { } version || found.ElectionId is not { } election || MaxElectionId is not { } max || MaxSetVersion is not { } maxVersion)
            return false;
        return maxVersion > version || (maxVersion == version && max > election);
    }

    private Topology WithPrimaryChecked() => this with
    {
        Type = Servers.Values.Any(static server => server.Type == ServerType.ReplicaSetPrimary) ? TopologyType.ReplicaSetWithPrimary
            : TopologyType.ReplicaSetNoPrimary,
    };

    private Topology Without(MongoServerAddress address)
    {
        var servers = new Dictionary<MongoServerAddress, ServerDescription>(Servers);
        servers.Remove(address);
        return this with { Servers = servers };
    }

    private Dictionary<MongoServerAddress, ServerDescription> Replace(ServerDescription found) => new(Servers) { [found.Address] = found };

    private Dictionary<MongoServerAddress, ServerDescription> Add(IReadOnlyList<MongoServerAddress> members)
    {
        var servers = new Dictionary<MongoServerAddress, ServerDescription>(Servers);
        foreach (var member in members) servers.TryAdd(member, new ServerDescription(member));
        return servers;
    }

    /// <summary>For the text of a time-out: what is known of each server, and why not more.</summary>
    public override string ToString() => $"{{ Type : \"{Type}\", Servers : [{string.Join(", ", Servers.Values.Select(static server =>
        $"{{ EndPoint: \"{server.Address}\", State: \"{(server.Type == ServerType.Unknown ? "Disconnected" : "Connected")}\", Type: \"{server.Type}\""
        + (server.Error is { } error ? $", HeartbeatException: \"{error.GetType().Name}: {error.Message}\"" : "") + " }"))}] }}";
}
