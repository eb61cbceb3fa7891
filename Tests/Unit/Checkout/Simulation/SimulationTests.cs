using System.Diagnostics;
using System.Globalization;

namespace Tests.Unit.Checkout.Simulation;

/// <summary>
/// Runs the real checkout (Checkouts, CheckoutLane, CheckoutSagaRunner, SagaState, CheckoutRecovery and Payment.Api's ledger) in thousands of interleavings.
/// 1 to 3 replicas crash and hang, with clocks that are off by more than a day. Calls to stock, payment and the database fail, lose their replies, and are
/// delayed, duplicated and reordered. The seed determines a run completely:
/// <c>CHECKOUT_SEED=123 dotnet test --filter FullyQualifiedName~Every_interleaving --logger "console;verbosity=detailed"</c> repeats the run of that seed
/// and prints its journal. CHECKOUT_RUNS sets the number of runs without a seed.
/// </summary>
[Trait("Category", "Unit")]
public sealed class SimulationTests(ITestOutputHelper output)
{
    private const int RunsMin = 5_000;

    private static readonly int? Seed = Number("CHECKOUT_SEED");
    private static readonly int Runs = Seed is null ? Number("CHECKOUT_RUNS") ?? RunsMin : 1;
    private static readonly int First = Seed ?? Random.Shared.Next(1_000_000) * 1_000;

    [Fact]
    public void Every_interleaving_keeps_the_invariants()
    {
        output.WriteLine($"seeds {First} to {First + Runs - 1}");
        var watch = Stopwatch.StartNew();
        for (var seed = First; seed < First + Runs; seed++)
        {
            if (Interleaving.Run(seed).Violation is { } violation) Assert.Fail(Report(seed, violation));
        }

        output.WriteLine($"{Runs / watch.Elapsed.TotalSeconds:F0} runs a second");
        if (Seed is { } only) output.WriteLine(Story(only, Bug.None));
    }

    [Fact]
    public void A_seed_determines_the_whole_run()
    {
        for (var seed = First; seed < First + 20; seed++) Assert.Equal(Story(seed, Bug.None), Story(seed, Bug.None));
    }

    [Theory]
    [MemberData(nameof(Bugs))]
    public void A_planted_bug_is_found(Bug bug)
    {
        // A fixed set of seeds, so that rare bugs are found in every run.
        for (var seed = 1; seed <= RunsMin; seed++)
        {
            if (Interleaving.Run(seed, bug).Violation is not { } violation) continue;
            output.WriteLine($"found in run {seed}: {violation}");
            return;
        }

        Assert.Fail($"{bug} stays hidden in {RunsMin} runs.");
    }

    public static TheoryData<Bug> Bugs() => new(Enum.GetValues<Bug>().Where(static bug => bug != Bug.None));

    private static string Report(int seed, string violation) => $"""
        Seed {seed}: {violation}.
        To see it again: CHECKOUT_SEED={seed} dotnet test --filter FullyQualifiedName~{nameof(Every_interleaving_keeps_the_invariants)}
        {Story(seed, Bug.None)}
        """;

    private static string Story(int seed, Bug bug) => string.Join('\n', Interleaving.Run(seed, bug, isTold: true).Journal);

    private static int? Number(string variable) =>
        int.TryParse(Environment.GetEnvironmentVariable(variable), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
}
