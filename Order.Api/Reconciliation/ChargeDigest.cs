using System.Buffers.Binary;

namespace Order.Api.Reconciliation;

/// <summary>
/// The difference of two large sets of sagas - those with a charge and those with a paid order - in constant memory and one pass over each: per bucket how
/// many more one has, and the XOR of all ids. Where a bucket has one id too many, the XOR is that id. (D. Eppstein, M. Goodrich, F. Uyeda, G. Varghese:
/// "What's the Difference? Efficient Set Reconciliation without Prior Context", SIGCOMM 2011; one hash is enough here, where differences are few.)
/// </summary>
internal sealed class ChargeDigest
{
    /// <summary>More buckets than there are ever differences that need a name.</summary>
    public const int Buckets = 4_096;

    private readonly (long Count, UInt128 Ids)[] _buckets = new (long, UInt128)[Buckets];

    /// <summary>A saga whose charge is done.</summary>
    public void AddCharge(Guid saga) => Add(saga, 1);

    /// <summary>A saga whose order is paid.</summary>
    public void AddPaid(Guid saga) => Add(saga, -1);

    /// <summary>How many sagas are in one set only, at least.</summary>
    public long Differences => _buckets.Sum(static bucket => Math.Abs(bucket.Count));

    /// <summary>Sagas that are in one set only, as far as their ids can be told; wrong ones may be among them.</summary>
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
        ref var bucket = ref _buckets[(int)((ulong)id % Buckets)]; // random bits of every version
        bucket = (bucket.Count + count, bucket.Ids ^ id);
    }
}
