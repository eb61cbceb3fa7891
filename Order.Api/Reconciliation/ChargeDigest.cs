using System.Buffers.Binary;

namespace Order.Api.Reconciliation;

/// <summary>
/// Computes the difference of two large sets, the sagas with a charge and those with a paid order, in constant memory and one pass over each. Each bucket keeps
/// the difference of the counts and the XOR of all IDs. If a bucket has exactly one extra ID, the XOR is that ID. (D. Eppstein, M. Goodrich, F. Uyeda,
/// G. Varghese: "What's the Difference? Efficient Set Reconciliation without Prior Context", SIGCOMM 2011. One hash is enough here, as differences are few.)
/// </summary>
internal sealed class ChargeDigest
{
    /// <summary>Number of buckets: more than there are ever differences to identify.</summary>
    public const int Buckets = 4_096;

    private readonly (long Count, UInt128 Ids)[] _buckets = new (long, UInt128)[Buckets];

    /// <summary>Adds a saga whose charge is completed.</summary>
    public void AddCharge(Guid saga) => Add(saga, 1);

    /// <summary>Adds a saga whose order is paid.</summary>
    public void AddPaid(Guid saga) => Add(saga, -1);

    /// <summary>The minimum number of sagas that are in only one of the sets.</summary>
    public long Differences => _buckets.Sum(static bucket => Math.Abs(bucket.Count));

    /// <summary>Returns the sagas in only one of the sets whose IDs can be determined. The result may contain wrong IDs.</summary>
    public IEnumerable<Guid> Candidates()
    {
        foreach (var (count, ids) in _buckets)
        {
            if (Math.Abs(count) != 1) continue;
            var bytes = new byte[16];
            BinaryPrimitives.WriteUInt128BigEndian(bytes, ids);
            yield return new Guid(bytes, bigEndian: true);
        }
    }

    private void Add(Guid saga, int count)
    {
        Span<byte> bytes = stackalloc byte[16];
        saga.TryWriteBytes(bytes, bigEndian: true, out _);
        var id = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        ref var bucket = ref _buckets[(int)((ulong)id % Buckets)]; // these bits are random in every UUID version
        bucket = (bucket.Count + count, bucket.Ids ^ id);
    }
}
