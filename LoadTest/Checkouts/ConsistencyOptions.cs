using System.CommandLine;

namespace LoadTest.Checkouts;

/// <summary>What <c>LoadTest consistency</c> is asked for.</summary>
/// <param name="Targets">Addresses of one shop.</param>
/// <param name="Size">How many users want the item.</param>
/// <param name="Connections">As many at most.</param>
/// <param name="HtmlFile">Gets a page; null: none.</param>
/// <param name="JsonFile">Gets the results; null: none.</param>
internal sealed record ConsistencyOptions(IReadOnlyList<Target> Targets, long Size, int Connections, string? HtmlFile, string? JsonFile)
{
    /// <summary>Users for each piece.</summary>
    public const int UsersPerPiece = 10;

    public static Command Command(Func<ConsistencyOptions, int> run)
    {
        var (targets, connections, html, json) = (Setting.Targets(), Setting.Connections(256), Setting.Html(), Setting.Json());
        var size = Setting.Number("--size", "N", "Users, each with credit for one; a tenth as many pieces", UsersPerPiece, CheckoutOptions.UsersMax, 1_000);
        var command = new Command("consistency", "Sells the last pieces of an item to many users at once, and compares the answers with the books. Replaces"
            + " the shop's numbered orders, items and users")
        {
            size, connections, targets, html, json,
        };
        command.SetAction(given => run(new ConsistencyOptions(
            given.GetRequiredValue(targets), given.GetValue(size), given.GetValue(connections), given.GetValue(html), given.GetValue(json))));
        return command;
    }
}
