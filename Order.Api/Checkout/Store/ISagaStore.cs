namespace Order.Api.Checkout.Store;

/// <summary>Where sagas are durable, beside the orders they freeze.</summary>
internal interface ISagaStore
{
    /// <summary>
    /// The database's time, to within the time of a question, whatever this host's clock says: who orders sagas by their ids orders those of all replicas.
    /// Known without asking, but for the first time.
    /// </summary>
    ValueTask<DateTimeOffset> NowAsync();

    /// <summary>Writes a turn, all or nothing; may be repeated.</summary>
    /// <exception cref="Exception">Of any kind: whether it was written is not known.</exception>
    Task<TurnResult> TurnAsync(Turn turn);

    /// <summary>Takes over batches whose lease has run out, the longest overdue first.</summary>
    /// <param name="max">How many at most.</param>
    /// <param name="now">A timestamp of the caller.</param>
    Task<List<AdoptedBatch>> AdoptAsync(int max, long now);

    /// <summary>What a saga came to; null while that is open or cannot be known any more.</summary>
    Task<CheckoutResult?> FindOutcomeAsync(string order, Guid saga);
}
