extern alias OrderApi;

using OrderApi::Order.Api.Reconciliation;

namespace Tests.Unit.Reconciliation;

[Trait("Category", "Unit")]
public sealed class ChargeDigestTests
{
    [Fact]
    public void Equal_sets_in_any_order_do_not_differ()
    {
        var (digest, sagas) = (new ChargeDigest(), Sagas(100_000));
        foreach (var saga in sagas) digest.AddCharge(saga);
        foreach (var saga in sagas.Reverse()) digest.AddPaid(saga);
        Assert.Equal(0, digest.Differences);
        Assert.Empty(digest.Candidates());
    }

    [Fact]
    public void A_few_differences_among_many_are_named()
    {
        var (digest, sagas) = (new ChargeDigest(), Sagas(100_000));
        foreach (var saga in sagas) digest.AddCharge(saga);
        foreach (var saga in sagas[3..]) digest.AddPaid(saga);
        digest.AddPaid(sagas[^1]); // a charge that two orders claim
        Assert.Equal(4, digest.Differences);
        Assert.Equal(sagas[..3].Append(sagas[^1]).Order(), digest.Candidates().Order());
    }

    [Fact]
    public void If_nearly_all_differ_they_are_counted()
    {
        var digest = new ChargeDigest();
        foreach (var saga in Sagas(100_000)) digest.AddCharge(saga);
        Assert.Equal(100_000, digest.Differences);
    }

    // Seeded, with the random tail of a version 7 UUID.
    private static Guid[] Sagas(int count)
    {
        var random = new Random(17);
        var bytes = new byte[16];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            random.NextBytes(bytes);
            return new Guid(bytes);
        })];
    }
}
