namespace ServiceKit.Batching;

/// <summary>Limits of a <see cref="Batcher{T}"/>.</summary>
/// <param name="Name">Tells its measurements from others'.</param>
/// <param name="QueueMax">Most items that wait.</param>
/// <param name="BatchMax">Most items taken at once.</param>
/// <param name="Lanes">Batches under way at the same time.</param>
public sealed record BatcherOptions(string Name, int QueueMax = 8_192, int BatchMax = 500, int Lanes = 1);
