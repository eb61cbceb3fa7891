using Microsoft.Extensions.Logging;

namespace NativeEngines;

internal static partial class NativeEngineLog
{
    [LoggerMessage(1, LogLevel.Information, "{Step}")]
    public static partial void Step(ILogger logger, string step);
}
