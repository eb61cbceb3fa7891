using System.Security.Cryptography;

namespace Customer.Api.Stress;

/// <summary>Work for one core that no compiler can leave out: a chain of SHA-256.</summary>
internal static class Computation
{
    /// <summary>
    /// Hashes to a step of depth; null for an unknown complexity. The longest computation (depth 100) has 500,000: work is limited, and not time.
    /// </summary>
    public static int? HashesOf(string? complexity) => complexity switch { null or "" or "low" => 50, "medium" => 500, "high" => 5_000, _ => null };

    /// <summary>Computes; the same arguments give the same digest.</summary>
    public static async Task<byte[]> RunAsync(int depth, int hashesPerStep, CancellationToken cancellationToken)
    {
        var digest = new byte[SHA256.HashSizeInBytes];
        for (var step = 0; step < depth; step++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Yield(); // other requests want the thread, too
            for (var i = 0; i < hashesPerStep; i++) SHA256.HashData(digest, digest);
        }

        return digest;
    }
}
