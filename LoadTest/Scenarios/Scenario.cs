namespace LoadTest.Scenarios;

/// <summary>
/// A way to use the shop: gives its calls one by one, and is asked for the next one when the one before was answered as expected. It says what is wrong by
/// <see cref="Visit.Check"/>.
/// </summary>
/// <param name="Name">As <c>--weights</c> has it.</param>
/// <param name="Weight">How often it is chosen beside the others.</param>
/// <param name="Play">Its calls.</param>
internal sealed record Scenario(string Name, int Weight, Func<Visit, IEnumerable<Call>> Play);
