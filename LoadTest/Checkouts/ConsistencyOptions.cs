using System.CommandLine;

namespace LoadTest.Checkouts;

/// <summary>The options of <c>LoadTest consistency</c>.</summary>
/// <param name="Targets">The addresses of one shop.</param>
/// <param name="Size">The number of users that want the item.</param>
/// <param name="Connections">The maximum number of connections.</param>
/// <param name="HtmlFile">The file for the page; null for none.</param>
/// <param name="JsonFile">The file for the results; null for none.</param>
internal sealed record ConsistencyOptions(IReadOnlyList<Target> Targets, long Size, int Connections, string? HtmlFile, string? JsonFile)
{
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
