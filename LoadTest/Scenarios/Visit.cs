using System.Text;

namespace LoadTest.Scenarios;

/// <summary>One play of a scenario: its last answer, and its first error.</summary>
/// <param name="number">The number from 0; with the same seed, a number has the same scenario and the same random values.</param>
/// <param name="random">The source of its random values.</param>
/// <param name="run">A text that is unique to this run.</param>
internal sealed class Visit(long number, Random random, string run)
{
    /// <summary>The prefix of the type of all the shop's problem documents.</summary>
    public const string ProblemPrefix = "urn:shop:problem:";

    private IEnumerator<Call>? _calls;
    private ReadOnlyMemory<byte> _body;

    public Random Random => random;

    /// <summary>A text that is unique among all visits of all runs.</summary>
    public string Unique => $"{run}-{number}";

    public Scenario Scenario { get; private set; } = null!;

    /// <summary>The current call, to be sent or in flight.</summary>
    public Call Call => _calls!.Current;

    public int Status { get; private set; }

    /// <summary>The first error; null if there is none.</summary>
    public string? Wrong { get; private set; }

    /// <summary>The length of the last answer's body, in bytes.</summary>
    public int BodyBytes => _body.Length;

    /// <summary>Begins a scenario, which must have at least one call.</summary>
    public void Begin(Scenario scenario)
    {
        Scenario = scenario;
        _calls = scenario.Play(this).GetEnumerator();
        _calls.MoveNext();
    }

    /// <summary>Handles an answer and moves to the next call; false if there is none, or if there was an error.</summary>
    /// <param name="status">The answer's status.</param>
    /// <param name="body">The answer's body, valid during the call only.</param>
    public bool Take(int status, ReadOnlyMemory<byte> body)
    {
        (Status, _body) = (status, body);
        if (status == 0) Wrong = $"{Call.Kind}: no answer";
        else if (status != Call.Status && status != Call.OtherStatus) Wrong = $"{Call.Kind}: {$"{status} {Problem()}".TrimEnd()}, not {Call.Status}";
        return Wrong is null && _calls!.MoveNext() && Wrong is null;
    }

    /// <summary>Records an error if the condition is false.</summary>
    public void Check(bool isRight, string what)
    {
        if (!isRight) Wrong ??= $"{Call.Kind}: {what}";
    }

    /// <summary>Gets a string of the last answer; records an error if it is missing.</summary>
    public string Text(string name)
    {
        Check(JsonBody.TryText(_body.Span, name, out var value), $"no {name}");
        return value;
    }

    public void CheckNumber(string name, long expected)
    {
        Check(JsonBody.TryNumber(_body.Span, name, out var value), $"no {name}");
        Check(value == expected, $"wrong {name}");
    }

    public void CheckBool(string name, bool expected)
    {
        var value = JsonBody.Bool(_body.Span, name);
        Check(value is not null, $"no {name}");
        Check(value == expected, $"wrong {name}");
    }

    /// <summary>Gets the last answer as text.</summary>
    public string Page() => Encoding.UTF8.GetString(_body.Span);

    /// <summary>Gets the last part of a problem document's type; empty if the answer is not one.</summary>
    public string Problem() =>
        JsonBody.TryText(_body.Span, "type", out var type) && type.StartsWith(ProblemPrefix, StringComparison.Ordinal) ? type[ProblemPrefix.Length..] : "";
}
