using System.Security.Cryptography;

namespace Customer.Api.Stress;

/// <summary>Work for one core that no compiler can leave out: a chain of SHA-256.</summary>
internal sealed class Computation
{
    private readonly byte[] _digest = new byte[SHA256.HashSizeInBytes];

    /// <summary>Hashes so far.</summary>
    public long Hashes { get; private set; }

    /// <summary>The chain's end; the same number of hashes gives the same digest.</summary>
    public string Digest => Convert.ToHexStringLower(_digest);

    /// <summary>Continues the chain.</summary>
    public void Run(int hashes)
    {
        for (var i = 0; i < hashes; i++) SHA256.HashData(_digest, _digest);
        Hashes += hashes;
    }
}
