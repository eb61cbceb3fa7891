using System.Globalization;
using System.Text;

namespace LoadTest.Checkouts;

/// <summary>The ids of the prepared orders: numbers if one batch_init created them, else the ids that the shop returned.</summary>
internal sealed class OrderIds
{
    private readonly byte[][]? _given;

    /// <summary>Orders "0" to "<paramref name="count"/> - 1".</summary>
    public OrderIds(long count) => Count = count;

    /// <summary>Orders that were created one by one.</summary>
    public OrderIds(byte[][] given) => (Count, _given) = (given.Length, given);

    public long Count { get; }

    /// <summary>Writes the request for an order; returns its length in bytes.</summary>
    public int Write(RequestTemplate request, long number, Span<byte> buffer) =>
        _given is null ? request.Write(number, buffer) : request.Write(_given[number], buffer);

    public string this[long number] => _given is null ? number.ToString(CultureInfo.InvariantCulture) : Encoding.ASCII.GetString(_given[number]);
}
