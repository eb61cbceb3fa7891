using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Aspire.Hosting.Testing;
using Npgsql;

namespace Tests.Cluster;

/// <summary>Payment.Api's internal endpoint for charges: each group of charges succeeds or fails as a whole if possible, and one by one otherwise.</summary>
[Collection(SharedCluster.Name), Trait("Category", "Cluster")]
public sealed class ChargeTests(ClusterFixture cluster) : IAsyncLifetime
{
    private const int Charged = 1, InsufficientCredit = 2, UnknownUser = 3, Refunded = 4, Cancelled = 5;

    private readonly ShopClient _shop = cluster.Shop;
    private readonly HttpClient _paymentApi = new() { BaseAddress = cluster.Cluster.App.GetEndpoint("payment-api"), Timeout = TimeSpan.FromMinutes(1) };

    /// <summary>Sagas of this test, with the user and amount of each charge.</summary>
    private readonly List<(Guid Saga, string User, long Amount)> _sagas = [];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Refunds everything, because a charge without an order violates an invariant after 30 seconds.</summary>
    public async ValueTask DisposeAsync()
    {
        using (_paymentApi)
        {
            if (_sagas.Count == 0) return;
            using var response = await _paymentApi.PostAsJsonAsync("/internal/charges",
                new { Members = _sagas.Select(s => new { s.Saga, s.User, s.Amount, IsRefund = true }) }, CancellationToken.None);
            response.EnsureSuccessStatusCode();
        }
    }

    [Fact]
    public async Task Charges_that_are_all_possible_are_made_once_however_often_they_are_requested()
    {
        var (one, two) = (await _shop.NewUserAsync(100), await _shop.NewUserAsync(100));
        object[] members = [Charge(one, 30), Charge(two, 40), Charge(one, 20)];
        await AnswersAsync([Charged, Charged, Charged], members);
        await AnswersAsync([Charged, Charged, Charged], members);
        Assert.Equal((50, 60), (await _shop.CreditAsync(one), await _shop.CreditAsync(two)));
    }

    [Fact]
    public async Task An_impossible_charge_does_not_prevent_the_others()
    {
        var (rich, poor) = (await _shop.NewUserAsync(100), await _shop.NewUserAsync(10));
        object[] members = [Charge(rich, 30), Charge(poor, 11), Charge($"{Guid.NewGuid()}", 1), Charge(poor, 10), Charge(rich, 70)];
        int[] outcomes = [Charged, InsufficientCredit, UnknownUser, Charged, Charged];
        await AnswersAsync(outcomes, members);
        await AnswersAsync(outcomes, members);
        Assert.Equal((0, 0), (await _shop.CreditAsync(rich), await _shop.CreditAsync(poor)));
    }

    [Fact]
    public async Task A_user_who_could_pay_each_but_not_all_pays_the_first()
    {
        var user = await _shop.NewUserAsync(100);
        await AnswersAsync([Charged, InsufficientCredit], Charge(user, 60), Charge(user, 60));
        await AnswersAsync([InsufficientCredit], Charge(user, long.MaxValue));
        Assert.Equal(40, await _shop.CreditAsync(user));
    }

    [Fact]
    public async Task A_refunded_charge_is_not_repeated_and_a_cancelled_one_is_never_made()
    {
        var user = await _shop.NewUserAsync(100);
        var (charged, late) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await AnswersAsync([Charged], Charge(user, 60, charged));
        await AnswersAsync([Refunded, Cancelled], Charge(user, 60, charged, isRefund: true), Charge(user, 60, late, isRefund: true));
        await AnswersAsync([Refunded, Cancelled], Charge(user, 60, charged), Charge(user, 60, late));
        Assert.Equal(100, await _shop.CreditAsync(user));
    }

    [Fact]
    public async Task Requests_that_reach_the_accounts_together_each_get_their_own_response()
    {
        const int Rounds = 20;
        var (user, unknown) = (await _shop.NewUserAsync(1_000), Guid.NewGuid());
        var charges = Enumerable.Range(0, Rounds).Select(_ => Charge(user, 3)).ToArray();
        await Task.WhenAll(Enumerable.Range(0, Rounds).SelectMany(i => new[]
        {
            MovesAsync($"/payment/add_funds/{user}/7", $"{user}-{i}"),
            MovesAsync($"/payment/add_funds/{user}/7", $"{user}-{i}"), // a retry
            MovesAsync($"/payment/pay/{user}/5", null),
            _shop.RefusedAsync("POST", $"/payment/pay/{user}/1000000", HttpStatusCode.BadRequest, "insufficient-credit"),
            _shop.UnknownAsync("POST", $"/payment/add_funds/{unknown}/1"),
            _shop.UnknownAsync("GET", $"/payment/find_user/{unknown}"),
            AnswersAsync([Charged, UnknownUser], charges[i], Charge($"{unknown}", 1)),
            _shop.CreditAsync(user),
            _shop.NewUserAsync(),
        }));
        Assert.Equal(1_000 + (Rounds * (7 - 5 - 3)), await _shop.CreditAsync(user));
    }

    /// <summary>The refund waits for the account's row until it times out. What came with it is done, and says so.</summary>
    [Fact, Trait("Category", "Long")]
    public async Task A_movement_that_fails_does_not_fail_those_that_came_with_it()
    {
        var stop = TestContext.Current.CancellationToken;
        var (locked, user, saga) = (await _shop.NewUserAsync(100), await _shop.NewUserAsync(100), Guid.CreateVersion7());
        await AnswersAsync([Charged], Charge(locked, 10, saga));
        _sagas.Add((saga, locked, 10));
        await using (var connection = new NpgsqlConnection(await cluster.Cluster.App.GetConnectionStringAsync("payments", stop)))
        {
            await connection.OpenAsync(stop);
            await using var transaction = await connection.BeginTransactionAsync(stop);
            await using var command = new NpgsqlCommand("SELECT FROM accounts WHERE id = $1 FOR UPDATE", connection, transaction);
            command.Parameters.Add(new() { Value = locked });
            await command.ExecuteNonQueryAsync(stop);
            await using var busy = new NpgsqlCommand("SELECT pg_sleep(8)", connection, transaction); // Postgres ends idle transactions
            var held = busy.ExecuteNonQueryAsync(stop);
            var refund = _paymentApi.PostAsJsonAsync("/internal/charges", new { Members = new[] { Charge(locked, 10, saga, isRefund: true) } }, stop);
            await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => MovesAsync($"/payment/pay/{user}/1", null)));
            using var failed = await refund;
            Assert.Equal(HttpStatusCode.ServiceUnavailable, failed.StatusCode);
            await held;
        }

        Assert.Equal((90, 80), (await _shop.CreditAsync(locked), await _shop.CreditAsync(user)));
    }

    private async Task MovesAsync(string path, string? key)
    {
        var answer = await _shop.SendAsync("POST", path, key: key);
        Assert.True(answer.Status == HttpStatusCode.OK, $"{path} was answered with {answer.Status}: {answer.Body}");
    }

    private object Charge(string user, long amount, Guid? saga = null, bool isRefund = false)
    {
        var id = saga ?? Guid.CreateVersion7();
        if (saga is null) _sagas.Add((id, user, amount));
        return new { Saga = id, User = user, Amount = amount, IsRefund = isRefund };
    }

    private async Task AnswersAsync(int[] outcomes, params object[] members)
    {
        var stop = TestContext.Current.CancellationToken;
        using var response = await _paymentApi.PostAsJsonAsync("/internal/charges", new { Members = members }, stop);
        response.EnsureSuccessStatusCode();
        var body = await response.Content.ReadFromJsonAsync<JsonElement>(stop);
        Assert.Equal(outcomes, body.GetProperty("outcomes").EnumerateArray().Select(static outcome => outcome.GetInt32()));
    }
}
