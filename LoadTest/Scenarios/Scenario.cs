namespace LoadTest.Scenarios;

/// <summary>
/// A way to use the shop. It yields its calls one by one, and the next one is requested only if the previous one was answered as expected. It reports errors
/// with <see cref="Visit.Check"/>.
/// </summary>
/// <param name="Name">The name in <c>--weights</c>.</param>
/// <param name="Weight">The relative frequency of the scenario.</param>
/// <param name="Play">The scenario's calls.</param>
internal sealed record Scenario(string Name, int Weight, Func<Visit, IEnumerable<Call>> Play);
