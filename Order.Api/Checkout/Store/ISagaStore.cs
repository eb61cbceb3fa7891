namespace Order.Api.Checkout.Store;

/// <summary>Stores sagas durably, together with the orders that they freeze.</summary>
internal interface ISagaStore
{
    /// <summary>
    /// Returns the database's time, accurate to one round trip and independent of this host's clock. Saga IDs of all replicas are therefore ordered by time.
    /// Only the first call queries the database.
    /// </summary>
    ValueTask<DateTimeOffset> NowAsync();

    /// <summary>Writes a turn atomically. May be repeated.</summary>
    /// <exception cref="Exception">Of any type. Whether the turn was written is unknown.</exception>
    Task<TurnResult> TurnAsync(Turn turn);

    /// <summary>Adopts batches whose lease has expired, the longest overdue first.</summary>
    /// <param name="max">Maximum number of batches.</param>
    /// <param name="now">The caller's current timestamp.</param>
    Task<List<AdoptedBatch>> AdoptAsync(int max, long now);

    /// <summary>Returns the outcome of a saga, or null if the saga is still open or its outcome is no longer known.</summary>
    Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga);
}
