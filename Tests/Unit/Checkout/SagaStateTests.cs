extern alias OrderApi;

using OrderApi::Order.Api.Checkout;
using OrderApi::Order.Api.Checkout.Saga;

namespace Tests.Unit.Checkout;

[Trait("Category", "Unit")]
public sealed class SagaStateTests
{
    private static readonly SagaEvent[] Events = Enum.GetValues<SagaEvent>();

    // All permitted transitions, except those for Unknown. Everything else must throw.
    private static readonly Dictionary<(SagaStep, SagaEvent), (SagaStep Step, Refusal? Refusal)> Edges = new()
    {
        [(SagaStep.Reserve, SagaEvent.Reserved)] = (SagaStep.Charge, null),
        [(SagaStep.Reserve, SagaEvent.Committed)] = (SagaStep.Charge, null),
        [(SagaStep.Reserve, SagaEvent.OutOfStock)] = (SagaStep.RecordFailed, Refusal.OutOfStock),
        [(SagaStep.Reserve, SagaEvent.UnknownItem)] = (SagaStep.RecordFailed, Refusal.UnknownItem),
        [(SagaStep.Reserve, SagaEvent.Released)] = (SagaStep.RecordFailed, Refusal.Expired),
        [(SagaStep.Reserve, SagaEvent.Expired)] = (SagaStep.Refund, Refusal.Expired),
        [(SagaStep.Charge, SagaEvent.Charged)] = (SagaStep.RecordPaid, null),
        [(SagaStep.Charge, SagaEvent.InsufficientCredit)] = (SagaStep.Release, Refusal.InsufficientCredit),
        [(SagaStep.Charge, SagaEvent.UnknownUser)] = (SagaStep.Release, Refusal.UnknownUser),
        [(SagaStep.Charge, SagaEvent.NotCharged)] = (SagaStep.Release, Refusal.Expired),
        [(SagaStep.Charge, SagaEvent.Expired)] = (SagaStep.Refund, Refusal.Expired),
        [(SagaStep.Refund, SagaEvent.NotCharged)] = (SagaStep.Release, null),
        [(SagaStep.Release, SagaEvent.Released)] = (SagaStep.RecordFailed, null),
        [(SagaStep.RecordFailed, SagaEvent.Recorded)] = (SagaStep.Ended, null),
        [(SagaStep.RecordFailed, SagaEvent.Overtaken)] = (SagaStep.Fenced, null),
        [(SagaStep.RecordPaid, SagaEvent.Recorded)] = (SagaStep.Commit, null),
        [(SagaStep.RecordPaid, SagaEvent.Overtaken)] = (SagaStep.Fenced, null),
        [(SagaStep.Commit, SagaEvent.Committed)] = (SagaStep.Ended, null),
    };

    [Fact]
    public void Only_the_transitions_of_the_table_exist()
    {
        foreach (var step in Enum.GetValues<SagaStep>())
            foreach (var refusal in Enum.GetValues<Refusal>())
                foreach (var heard in Events)
                {
                    var state = new SagaState(step, refusal);
                    SagaState? expected = heard == SagaEvent.Unknown && !state.IsOver ? state
                        : Edges.TryGetValue((step, heard), out var edge) ? new SagaState(edge.Step, edge.Refusal ?? refusal) : null;
                    Assert.True(Next(state, heard) == expected, $"{state} on {heard} gives {Next(state, heard)} and not {expected}");
                }
    }

    [Fact]
    public void A_paid_saga_stays_paid() => Assert.Equal(
        [SagaStep.Commit, SagaStep.Ended],
        Reachable(SagaState.Paid).Select(state => state.Refusal == Refusal.None ? state.Step : throw new InvalidOperationException($"{state}")).Order());

    [Fact]
    public void After_the_charge_nothing_is_released() => Assert.DoesNotContain(
        Reachable(new SagaState(SagaStep.RecordPaid, Refusal.None)), state => state.Step is SagaStep.Refund or SagaStep.Release or SagaStep.RecordFailed);

    [Fact]
    public void A_compensated_saga_is_never_paid() => Assert.DoesNotContain(
        Reachable(new SagaState(SagaStep.Refund, Refusal.Expired)), state => state.Step is SagaStep.Charge or SagaStep.RecordPaid or SagaStep.Commit);

    [Fact]
    public void A_failure_always_has_its_reason_and_a_success_never() => Assert.All(Reachable(SagaState.Started), state =>
    {
        if (state.Step is SagaStep.Refund or SagaStep.Release or SagaStep.RecordFailed) Assert.NotEqual(Refusal.None, state.Refusal);
        if (state.Step is SagaStep.Reserve or SagaStep.Charge or SagaStep.RecordPaid or SagaStep.Commit) Assert.Equal(Refusal.None, state.Refusal);
    });

    [Fact]
    public void The_client_gets_its_response_only_when_the_outcome_is_durable() => Assert.Equal(
        [SagaStep.Commit, SagaStep.Ended],
        Reachable(SagaState.Started).Where(state => state.IsDecided).Select(state => state.Step).Distinct().Order());

    [Fact]
    public void Random_walks_compensate_before_the_pivot_and_only_go_forward_after()
    {
        var seed = Random.Shared.Next();
        for (var walk = 0; walk < 2000; walk++) Walk(new Random(seed + walk), $"seed {seed}, walk {walk}");
    }

    private static void Walk(Random random, string which)
    {
        var (state, path, heardOf) = (SagaState.Started, new List<SagaStep> { SagaStep.Reserve }, new List<SagaEvent>());
        while (!state.IsOver)
        {
            // Mostly valid transitions, sometimes arbitrary ones: a participant that violates its contract must not move the saga.
            var heard = Events[random.Next(Events.Length)];
            if (Next(state, heard) is not { } next) continue;
            heardOf.Add(heard);
            if (next != state) path.Add(next.Step);
            state = next;
        }

        var story = $"{which}: {string.Join(' ', heardOf)} led over {string.Join(' ', path)} to {state}";
        var wasCharged = heardOf.Contains(SagaEvent.Charged);
        Assert.True(path.Count == path.Distinct().Count(), "a step came twice; " + story);
        Assert.True(wasCharged == path.Contains(SagaStep.RecordPaid), "charged without a record; " + story);
        Assert.True(!wasCharged || !path.Exists(step => step is SagaStep.Refund or SagaStep.Release or SagaStep.RecordFailed),
            "back after the pivot; " + story);
        Assert.True(wasCharged || !path.Contains(SagaStep.Charge) || path.Contains(SagaStep.Release), "lines still held; " + story);
        Assert.True(!heardOf.Contains(SagaEvent.Expired) || (path.Contains(SagaStep.Refund) && path.Contains(SagaStep.Release)),
            "called off, not undone; " + story);
        Assert.True(!path.Contains(SagaStep.Refund) || path.IndexOf(SagaStep.Refund) < path.IndexOf(SagaStep.Release), "released before the refund; " + story);
        Assert.True(state.Step == SagaStep.Fenced || wasCharged == (state.Refusal == Refusal.None), "the outcome is not what happened; " + story);
    }

    private static HashSet<SagaState> Reachable(SagaState from)
    {
        var seen = new HashSet<SagaState> { from };
        var open = new Queue<SagaState>(seen);
        while (open.TryDequeue(out var state))
            foreach (var heard in Events)
                if (Next(state, heard) is { } next && seen.Add(next)) open.Enqueue(next);
        return seen;
    }

    private static SagaState? Next(SagaState state, SagaEvent heard)
    {
        try
        {
            return state.On(heard);
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
