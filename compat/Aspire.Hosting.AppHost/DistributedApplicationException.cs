namespace Aspire.Hosting;

/// <summary>The application cannot be started or run; the message says what is wrong and what to do.</summary>
public class DistributedApplicationException : Exception
{
    /// <inheritdoc/>
    public DistributedApplicationException() { }

    /// <inheritdoc/>
    public DistributedApplicationException(string message) : base(message) { }

    /// <inheritdoc/>
    public DistributedApplicationException(string message, Exception inner) : base(message, inner) { }
}
