using System.Data.Common;
using System.Net.Sockets;
using Polly;

namespace ServiceDefaults;

/// <summary>Tells exceptions that mean that a dependency is down (503) from bugs (500).</summary>
public sealed class DependencyFailures
{
    private readonly List<(Func<Exception, bool> Matches, string Reason)> _kinds =
    [
        (static e => e is DbException { IsTransient: true }, UnavailableReasons.Database),
        (static e => e is HttpRequestException or SocketException, UnavailableReasons.Service),
        (static e => e is ExecutionRejectedException, UnavailableReasons.Service), // Polly: time limit, open circuit, rate limit
        (static e => e is OperationCanceledException { InnerException: TimeoutException }, UnavailableReasons.Service), // HttpClient.Timeout
        (static e => e is TimeoutException, UnavailableReasons.TimedOut),
        (static e => e is OverloadException, UnavailableReasons.QueueFull),
    ];

    /// <summary>Adds a kind of failure. It goes before those that are there already.</summary>
    /// <param name="reason">One of <see cref="UnavailableReasons"/>, or a service's own.</param>
    /// <param name="matches">Whether an exception is of this kind.</param>
    public void Add(string reason, Func<Exception, bool> matches) => _kinds.Insert(0, (matches, reason));

    /// <summary>The reason that a client is told; null: the exception is a bug.</summary>
    public string? ReasonOf(Exception exception)
    {
        foreach (var (matches, reason) in _kinds)
        {
            if (matches(exception)) return reason;
        }

        return null;
    }
}
