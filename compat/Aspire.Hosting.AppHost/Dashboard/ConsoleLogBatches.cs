using System.Text;
using Aspire.Hosting.ApplicationModel;

namespace Aspire.Hosting.Dashboard;

/// <summary>Console lines as messages of bounded size: the dashboard takes at most 16 MB, and shows nothing of a message before it has all of it.</summary>
internal static class ConsoleLogBatches
{
    /// <summary>About the largest message.</summary>
    public const int MessageBytesMax = 1024 * 1024;

    /// <summary>The longest line; what is beyond is cut off. A character has at most three bytes.</summary>
    public const int LineLengthMax = 256 * 1024;

    private const int LineOverheadBytes = 24;

    /// <summary>Packs lines into as few messages as the limit allows.</summary>
    public static IEnumerable<Proto.WatchResourceConsoleLogsUpdate> Split(IReadOnlyList<LogLine> lines)
    {
        var message = new Proto.WatchResourceConsoleLogsUpdate();
        var size = 0;
        foreach (var line in lines)
        {
            var text = line.Content.Length > LineLengthMax ? line.Content[..LineLengthMax] : line.Content;
            var bytes = Encoding.UTF8.GetByteCount(text) + LineOverheadBytes;
            if (size > 0 && size + bytes > MessageBytesMax)
            {
                yield return message;
                message = new Proto.WatchResourceConsoleLogsUpdate();
                size = 0;
            }
            message.LogLines.Add(new Proto.ConsoleLogLine { Text = text, IsStdErr = line.IsErrorMessage, LineNumber = line.LineNumber });
            size += bytes;
        }
        if (size > 0) yield return message;
    }
}
