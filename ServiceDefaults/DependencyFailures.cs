using System.Data.Common;
using System.Net.Sockets;
using Polly;

namespace ServiceDefaults;

/// <summary>Distinguishes exceptions caused by an unavailable dependency (503) from bugs (500).</summary>
public sealed class DependencyFailures
{
    private readonly List<(Func<Exception, bool> Matches, string Reason)> _kinds =
    [
        (static e => e is DbException { IsTransient: true }, UnavailableReasons.Database),
        (static e => e is HttpRequestException or SocketException, UnavailableReasons.Service),
        (static e => e is ExecutionRejectedException, UnavailableReasons.Service), // Polly: timeout, open circuit, rate limit
        (static e => e is OperationCanceledException { InnerException: TimeoutException }, UnavailableReasons.Service), // HttpClient.Timeout
        (static e => e is TimeoutException, UnavailableReasons.TimedOut),
        (static e => e is OverloadException, UnavailableReasons.QueueFull),
    ];

    /// <summary>Adds a kind of failure. It takes precedence over the existing ones.</summary>
    /// <param name="reason">One of <see cref="UnavailableReasons"/>, or a service's own.</param>
    /// <param name="matches">Whether an exception is of this kind.</param>
    public void Add(string reason, Func<Exception, bool> matches) => _kinds.Insert(0, (matches, reason));

    /// <summary>Returns the reason to report to the client, or null if the exception is a bug.</summary>
    public string? ReasonOf(Exception exception)
    {
        foreach (var (matches, reason) in _kinds)
        {
            if (matches(exception)) return reason;
        }

        return null;
    }
}
