namespace LoadTest.Scenarios;

/// <summary>The scenarios of a command.</summary>
/// <param name="Name">The command's name.</param>
/// <param name="Description">The help text.</param>
/// <param name="All">All scenarios.</param>
internal sealed record ScenarioSet(string Name, string Description, IReadOnlyList<Scenario> All)
{
    private const int WeightMax = 1_000;

    public int UsersMax { get; init; } = Setting.ConnectionsMax;

    /// <summary>The maximum length of a call's body, in bytes.</summary>
    public int BodyBytesMax { get; init; }

    /// <summary>Selects scenarios by text like <c>one=3,two=1</c>; unnamed ones are skipped.</summary>
    /// <exception cref="UsageException">A scenario is unknown, or a weight is not a whole number.</exception>
    public ScenarioSet WithWeights(string text)
    {
        var weights = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var (name, weight) = part.Split('=', 2) is [var left, var right] ? (left, right) : (part, "1");
            if (All.All(scenario => scenario.Name != name))
                throw new UsageException($"--weights: unknown scenario '{name}'; there are {string.Join(", ", All.Select(scenario => scenario.Name))}.");
            if (!weights.TryAdd(name, Setting.ReadNumber("--weights", weight, 0, WeightMax))) throw new UsageException($"--weights: {name} is given twice.");
        }

        if (weights.Values.Sum() == 0) throw new UsageException("--weights: at least one must be above 0.");
        return this with { All = [.. All.Where(s => weights.GetValueOrDefault(s.Name) > 0).Select(s => s with { Weight = weights[s.Name] })] };
    }

    /// <summary>Formats the weights as in <c>--weights</c>.</summary>
    public override string ToString() => string.Join(",", All.Select(static scenario => $"{scenario.Name}={scenario.Weight}"));

    /// <summary>Chooses a scenario at random by weight.</summary>
    public Scenario Choose(Random random)
    {
        var left = random.Next(All.Sum(static scenario => scenario.Weight));
        return All.First(scenario => (left -= scenario.Weight) < 0);
    }
}
