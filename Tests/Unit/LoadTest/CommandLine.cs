using System.CommandLine;
using LoadTest;
using LoadTest.Reports;

namespace Tests.Unit.LoadTest;

/// <summary>Runs LoadTest command lines without a process.</summary>
internal static class CommandLine
{
    /// <summary>Runs a command line. Returns its exit code, output and error lines.</summary>
    public static (int Code, string Output, string[] Errors) Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var code = Commands.Run(arguments, Consoles.Plain(output), errors, TestContext.Current.CancellationToken);
        return (code, output.ToString(), errors.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    /// <summary>Returns the error message of a command line, whose exit code must be the one for invalid options.</summary>
    public static string Error(string line)
    {
        var (code, output, errors) = Run(line.Split(' '));
        Assert.Equal((64, ""), (code, output));
        Assert.Equal("See LoadTest --help, or --help of a command.", errors[1]);
        return errors[0];
    }

    /// <summary>Returns the parsed options of a command.</summary>
    public static T Options<T>(Func<Func<T, int>, Command> command, params string[] arguments) where T : class
    {
        T? given = null;
        var code = command(options =>
        {
            given = options;
            return 0;
        }).Parse(arguments).Invoke(new InvocationConfiguration { EnableDefaultExceptionHandler = false });
        Assert.Equal(0, code);
        return given!;
    }
}
