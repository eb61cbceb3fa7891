namespace MongoDB.Driver.Core.Configuration
{
    /// <summary>Subscribes to events; the configuration itself is in <see cref="MongoClientSettings"/>.</summary>
    public sealed class ClusterBuilder
    {
        private readonly Dictionary<Type, Delegate> _handlers = [];

        /// <summary>Calls for each such event, on the thread that caused it: the handler must be quick and must not throw.</summary>
        public ClusterBuilder Subscribe<TEvent>(Action<TEvent> handler)
        {
            _handlers[typeof(TEvent)] = Delegate.Combine(_handlers.GetValueOrDefault(typeof(TEvent)), handler);
            return this;
        }

        internal Action<TEvent>? Handler<TEvent>() => (Action<TEvent>?)_handlers.GetValueOrDefault(typeof(TEvent));
    }
}

namespace MongoDB.Driver.Core.Events
{
    /// <summary>A pool has a new connection.</summary>
    public readonly record struct ConnectionPoolAddedConnectionEvent;

    /// <summary>A pool has closed a connection.</summary>
    public readonly record struct ConnectionPoolRemovedConnectionEvent;

    /// <summary>Someone asks for a connection.</summary>
    public readonly record struct ConnectionPoolCheckingOutConnectionEvent;

    /// <summary>Someone has got one.</summary>
    public readonly record struct ConnectionPoolCheckedOutConnectionEvent(TimeSpan Duration);

    /// <summary>Someone has not got one.</summary>
    public readonly record struct ConnectionPoolCheckingOutConnectionFailedEvent(Exception Exception);

    /// <summary>A connection is back.</summary>
    public readonly record struct ConnectionPoolCheckedInConnectionEvent;

    /// <summary>All connections of a pool are to be closed, since its server failed.</summary>
    public readonly record struct ConnectionPoolClearedEvent;
}
