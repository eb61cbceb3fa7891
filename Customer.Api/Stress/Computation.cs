using System.Security.Cryptography;

namespace Customer.Api.Stress;

/// <summary>CPU work for one core that cannot be optimized away: a chain of SHA-256 hashes.</summary>
internal sealed class Computation
{
    private readonly byte[] _digest = new byte[SHA256.HashSizeInBytes];

    /// <summary>Number of hashes so far.</summary>
    public long Hashes { get; private set; }

    /// <summary>The end of the chain. The same number of hashes results in the same digest.</summary>
    public string Digest => Convert.ToHexStringLower(_digest);

    public void Run(int hashes)
    {
        for (var i = 0; i < hashes; i++) SHA256.HashData(_digest, _digest);
        Hashes += hashes;
    }
}
