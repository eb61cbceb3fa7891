using System.Text;

namespace LoadTest.Scenarios;

/// <summary>One play of a scenario: what it was last answered, and what was wrong.</summary>
/// <param name="number">From 0; the same seed gives a number the same scenario and the same chances.</param>
/// <param name="random">Its chances.</param>
/// <param name="run">A text that no other run has.</param>
internal sealed class Visit(long number, Random random, string run)
{
    /// <summary>The type of all problem documents of the shop begins so.</summary>
    public const string ProblemPrefix = "urn:shop:problem:";

    private IEnumerator<Call>? _calls;
    private ReadOnlyMemory<byte> _body;

    public Random Random => random;

    /// <summary>What no other visit has, of this run or another.</summary>
    public string Unique => $"{run}-{number}";

    public Scenario Scenario { get; private set; } = null!;

    /// <summary>The call that is to be made, or on the way.</summary>
    public Call Call => _calls!.Current;

    /// <summary>The status of the last answer.</summary>
    public int Status { get; private set; }

    /// <summary>What was wrong first; null: nothing.</summary>
    public string? Wrong { get; private set; }

    /// <summary>Length of the last answer's body, in bytes.</summary>
    public int BodyBytes => _body.Length;

    /// <summary>Begins; a scenario has a call at least.</summary>
    public void Begin(Scenario scenario)
    {
        Scenario = scenario;
        _calls = scenario.Play(this).GetEnumerator();
        _calls.MoveNext();
    }

    /// <summary>Takes an answer and goes on to the next call; false when there is none, or when something is wrong.</summary>
    /// <param name="status">Its status.</param>
    /// <param name="body">Valid during the call only.</param>
    public bool Take(int status, ReadOnlyMemory<byte> body)
    {
        (Status, _body) = (status, body);
        if (status == 0) Wrong = $"{Call.Kind}: no answer";
        else if (status != Call.Status && status != Call.OtherStatus) Wrong = $"{Call.Kind}: {$"{status} {Problem()}".TrimEnd()}, not {Call.Status}";
        return Wrong is null && _calls!.MoveNext() && Wrong is null;
    }

    /// <summary>Says what is wrong if it is.</summary>
    public void Check(bool isRight, string what)
    {
        if (!isRight) Wrong ??= $"{Call.Kind}: {what}";
    }

    /// <summary>A text of the last answer; that it is missing is wrong.</summary>
    public string Text(string name)
    {
        Check(JsonBody.TryText(_body.Span, name, out var value), $"no {name}");
        return value;
    }

    /// <summary>A whole number of the last answer must be this.</summary>
    public void CheckNumber(string name, long expected)
    {
        Check(JsonBody.TryNumber(_body.Span, name, out var value), $"no {name}");
        Check(value == expected, $"wrong {name}");
    }

    /// <summary>A truth value of the last answer must be this.</summary>
    public void CheckBool(string name, bool expected)
    {
        var value = JsonBody.Bool(_body.Span, name);
        Check(value is not null, $"no {name}");
        Check(value == expected, $"wrong {name}");
    }

    /// <summary>The last answer as text.</summary>
    public string Page() => Encoding.UTF8.GetString(_body.Span);

    /// <summary>The last part of the type of a problem document; empty when the answer is none.</summary>
    public string Problem() =>
        JsonBody.TryText(_body.Span, "type", out var type) && type.StartsWith(ProblemPrefix, StringComparison.Ordinal) ? type[ProblemPrefix.Length..] : "";
}
