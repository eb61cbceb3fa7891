using System.CommandLine;

namespace LoadTest.Gateway;

internal sealed record BareOptions(int Connections, int WarmupSeconds, int DurationSeconds, string? Nginx, string? JsonFile)
{
    public static Command Command(Func<BareOptions, int> run)
    {
        var (connections, duration, warmup, nginx, json) = (Setting.Connections(256), Setting.Duration(5), Setting.Warmup(1), Setting.Nginx(), Setting.Json());
        var command = new Command("bare", "Measures only the bare gateway hop: nginx passing requests to an nginx that answers 200")
        {
            connections, duration, warmup, nginx, json,
        };
        command.SetAction(given => run(new BareOptions(
            given.GetValue(connections), given.GetValue(warmup), given.GetValue(duration), given.GetValue(nginx), given.GetValue(json))));
        return command;
    }
}
