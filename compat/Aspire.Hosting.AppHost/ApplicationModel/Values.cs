using System.Data.Common;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Aspire.Hosting.ApplicationModel;

/// <summary>Something whose value is known once the application runs.</summary>
public interface IValueProvider
{
    /// <summary>Gives the value; waits until it is known.</summary>
    ValueTask<string?> GetValueAsync(CancellationToken cancellationToken = default);

    /// <summary>Gives the value as the caller sees it (a container sees another address than a process).</summary>
    ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken = default) => GetValueAsync(cancellationToken);
}

/// <summary>Something that stands in a manifest as an expression.</summary>
public interface IManifestExpressionProvider
{
    /// <summary>The expression, such as <c>{name.value}</c>.</summary>
    string ValueExpression { get; }
}

/// <summary>A value with its expression.</summary>
public interface IExpressionValue : IValueProvider, IManifestExpressionProvider;

/// <summary>A value that is made of others.</summary>
public interface IValueWithReferences
{
    /// <summary>What the value is made of.</summary>
    IEnumerable<object> References { get; }
}

/// <summary>A network from which endpoints are seen.</summary>
public record NetworkIdentifier(string Value);

/// <summary>The networks there are.</summary>
public static class KnownNetworkIdentifiers
{
    /// <summary>The host's own loopback: processes see each other here.</summary>
    public static readonly NetworkIdentifier LocalhostNetwork = new("localhost");
}

/// <summary>Who asks for a value.</summary>
public class ValueProviderContext
{
    /// <summary>Run or publish.</summary>
    public DistributedApplicationExecutionContext? ExecutionContext { get; init; }

    /// <summary>The resource that will use the value.</summary>
    public IResource? Caller { get; init; }

    /// <summary>The network that the caller is on; null for the host's.</summary>
    public NetworkIdentifier? Network { get; init; }
}

/// <summary>A text with values in it that are known once the application runs.</summary>
public class ReferenceExpression : IExpressionValue, IValueWithReferences
{
    /// <summary>The empty text.</summary>
    public static readonly ReferenceExpression Empty = new("", [], []);

    internal ReferenceExpression(string format, IReadOnlyList<IValueProvider> valueProviders, IReadOnlyList<string?> stringFormats)
    {
        Format = format;
        ValueProviders = valueProviders;
        StringFormats = stringFormats;
        ManifestExpressions = [.. valueProviders.Select(v => ((IManifestExpressionProvider)v).ValueExpression)];
    }

    /// <summary>Ours beyond the official format: quotes a value of an ADO.NET connection string (<c>Key=value;...</c>) where it would be misread.</summary>
    internal const string Setting = "setting";

    /// <summary>The text, with <c>{n}</c> where the values go.</summary>
    public string Format { get; }

    /// <summary>The values in the order of their places.</summary>
    public IReadOnlyList<IValueProvider> ValueProviders { get; }

    /// <summary>How the values are encoded, in the order of their places: <c>uri</c>, or null for not at all.</summary>
    public IReadOnlyList<string?> StringFormats { get; }

    /// <summary>The values' expressions in the order of their places.</summary>
    public IReadOnlyList<string> ManifestExpressions { get; }

    /// <inheritdoc/>
    public string ValueExpression => string.Format(CultureInfo.InvariantCulture, Format, [.. ManifestExpressions]);

    IEnumerable<object> IValueWithReferences.References => ValueProviders;

    /// <summary>Makes an expression out of an interpolated string.</summary>
    public static ReferenceExpression Create(in ExpressionInterpolatedStringHandler handler) => handler.Build();

    /// <inheritdoc/>
    public ValueTask<string?> GetValueAsync(CancellationToken cancellationToken) => GetValueAsync(new ValueProviderContext(), cancellationToken);

    /// <inheritdoc/>
    public async ValueTask<string?> GetValueAsync(ValueProviderContext context, CancellationToken cancellationToken)
    {
        if (ValueProviders.Count == 0) return string.Format(CultureInfo.InvariantCulture, Format, []);
        var values = new object?[ValueProviders.Count];
        for (var i = 0; i < values.Length; i++) values[i] = Encode(await ValueProviders[i].GetValueAsync(context, cancellationToken), StringFormats[i]);
        return string.Format(CultureInfo.InvariantCulture, Format, values);
    }

    /// <exception cref="NotSupportedException">There is no such format.</exception>
    internal static string? Encode(string? value, string? format)
    {
        if (value is null || format is null) return value;
        if (string.Equals(format, "uri", StringComparison.OrdinalIgnoreCase)) return Uri.EscapeDataString(value);
        if (format != Setting) throw new NotSupportedException($"The format '{format}' is not known; the only one is 'uri'.");
        var pair = new StringBuilder();
        DbConnectionStringBuilder.AppendKeyValuePair(pair, "k", value);
        return pair.ToString(2, pair.Length - 2);
    }

    /// <summary>Collects the parts of an interpolated string.</summary>
    [InterpolatedStringHandler]
    public ref struct ExpressionInterpolatedStringHandler
    {
        private readonly ReferenceExpressionBuilder _builder;

        /// <summary>Called by the compiler.</summary>
        public ExpressionInterpolatedStringHandler(int literalLength, int formattedCount) => _builder = new ReferenceExpressionBuilder();

        /// <summary>Called by the compiler.</summary>
        public readonly void AppendLiteral(string value) => _builder.AppendLiteral(value);

        /// <summary>Called by the compiler.</summary>
        public readonly void AppendFormatted(string? value, string? format = null) => _builder.AppendFormatted(value, format);

        /// <summary>Called by the compiler.</summary>
        public void AppendFormatted<T>(T valueProvider, string? format = null) where T : IValueProvider, IManifestExpressionProvider
            => _builder.AppendFormatted(valueProvider, format);

        /// <summary>Called by the compiler.</summary>
        public void AppendFormatted<T>(IResourceBuilder<T> valueProvider, string? format = null)
            where T : IResource, IValueProvider, IManifestExpressionProvider
            => _builder.AppendFormatted(valueProvider.Resource, format);

        internal readonly ReferenceExpression Build() => _builder.Build();
    }
}

/// <summary>Makes a <see cref="ReferenceExpression"/> piece by piece.</summary>
public class ReferenceExpressionBuilder
{
    private readonly StringBuilder _format = new();
    private readonly List<IValueProvider> _values = [];
    private readonly List<string?> _formats = [];

    /// <summary>Whether nothing was appended.</summary>
    public bool IsEmpty => _format.Length == 0;

    /// <summary>Appends text.</summary>
    public void AppendLiteral(string value) => _format.Append(value.Replace("{", "{{", StringComparison.Ordinal).Replace("}", "}}", StringComparison.Ordinal));

    /// <summary>Appends text; <c>uri</c> as the format encodes it for a part of a URI.</summary>
    /// <exception cref="NotSupportedException">There is no such format.</exception>
    public void AppendFormatted(string? value, string? format = null) => AppendLiteral(ReferenceExpression.Encode(value, format) ?? "");

    /// <summary>Appends a value; <c>uri</c> as the format encodes it for a part of a URI.</summary>
    public void AppendFormatted<T>(T valueProvider, string? format = null) where T : IValueProvider, IManifestExpressionProvider
    {
        _format.Append(CultureInfo.InvariantCulture, $"{{{_values.Count}}}");
        _values.Add(valueProvider);
        _formats.Add(format);
    }

    /// <summary>Makes the expression.</summary>
    public ReferenceExpression Build() => new(_format.ToString(), [.. _values], [.. _formats]);
}
