using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Eventing;

namespace Tests.Unit.Hosting;

[Trait("Category", "Unit")]
public sealed class EventingTests
{
    private readonly DistributedApplicationEventing _eventing = new();
    private readonly List<string> _heard = [];

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Subscribers_hear_one_after_the_other_and_the_publisher_waits()
    {
        _eventing.Subscribe<Happened>(async (_, ct) => { await Task.Delay(20, ct); _heard.Add("first"); });
        _eventing.Subscribe<Happened>((_, _) => Hear("second"));
        await _eventing.PublishAsync(new Happened(A), Ct);
        Assert.Equal(["first", "second"], _heard);
    }

    [Fact]
    public async Task Only_what_was_asked_for_is_heard()
    {
        _eventing.Subscribe<Happened>(A, (_, _) => Hear("a"));
        _eventing.Subscribe<Happened>(B, (_, _) => Hear("b"));
        _eventing.Subscribe<Other>((_, _) => Hear("other"));
        await _eventing.PublishAsync(new Happened(B), Ct);
        Assert.Equal(["b"], _heard);
    }

    [Fact]
    public async Task A_subscription_that_was_given_back_hears_no_more()
    {
        var gone = _eventing.Subscribe<Happened>((_, _) => Hear("gone"));
        _eventing.Subscribe<Happened>((_, _) => Hear("stays"));
        _eventing.Unsubscribe(gone);
        await _eventing.PublishAsync(new Happened(A), Ct);
        Assert.Equal(["stays"], _heard);
    }

    [Fact]
    public async Task A_subscriber_that_fails_ends_a_sequence_and_the_publisher_hears_of_it()
    {
        _eventing.Subscribe<Happened>((_, _) => Task.FromException(new InvalidOperationException("no")));
        _eventing.Subscribe<Happened>((_, _) => Hear("after"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _eventing.PublishAsync(new Happened(A), Ct));
        Assert.Empty(_heard);
    }

    [Fact]
    public async Task Concurrent_subscribers_do_not_wait_for_each_other()
    {
        var both = new Barrier(2);
        for (var i = 0; i < 2; i++)
            _eventing.Subscribe<Happened>((_, ct) => Task.Run(() => Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(20), ct)), ct));
        await _eventing.PublishAsync(new Happened(A), EventDispatchBehavior.BlockingConcurrent, Ct);
        both.Dispose();
    }

    [Fact]
    public async Task A_concurrent_subscriber_that_throws_at_once_does_not_keep_others_from_hearing()
    {
        _eventing.Subscribe<Happened>((_, _) => throw new InvalidOperationException("no"));
        _eventing.Subscribe<Happened>((_, _) => Hear("after"));
        await Assert.ThrowsAsync<InvalidOperationException>(() => _eventing.PublishAsync(new Happened(A), EventDispatchBehavior.BlockingConcurrent, Ct));
        Assert.Equal(["after"], _heard);
    }

    private static readonly ContainerResource A = new("a"), B = new("b");

    private Task Hear(string what)
    {
        _heard.Add(what);
        return Task.CompletedTask;
    }

    private sealed record Happened(IResource Resource) : IDistributedApplicationResourceEvent;

    private sealed record Other : IDistributedApplicationEvent;
}
