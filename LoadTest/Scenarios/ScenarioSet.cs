namespace LoadTest.Scenarios;

/// <summary>The scenarios of a command.</summary>
/// <param name="Name">The command's.</param>
/// <param name="Description">For the help.</param>
/// <param name="All">All of them.</param>
internal sealed record ScenarioSet(string Name, string Description, IReadOnlyList<Scenario> All)
{
    private const int WeightMax = 1_000;

    /// <summary>Users at most.</summary>
    public int UsersMax { get; init; } = Setting.ConnectionsMax;

    /// <summary>Longest body of a call, in bytes.</summary>
    public int BodyBytesMax { get; init; }

    /// <summary>Those that are asked for like <c>one=3,two=1</c>; the others are left out.</summary>
    /// <exception cref="UsageException">There is no such scenario, or a weight is no whole number.</exception>
    public ScenarioSet WithWeights(string text)
    {
        var weights = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var part in text.Split(','))
        {
            var (name, weight) = part.Split('=', 2) is [var left, var right] ? (left, right) : (part, "1");
            if (All.All(scenario => scenario.Name != name))
                throw new UsageException($"--weights: there is no scenario '{name}'; there are {string.Join(", ", All.Select(scenario => scenario.Name))}.");
            if (!weights.TryAdd(name, Setting.ReadNumber("--weights", weight, 0, WeightMax))) throw new UsageException($"--weights: {name} is given twice.");
        }

        if (weights.Values.Sum() == 0) throw new UsageException("--weights: one must be more than 0.");
        return this with { All = [.. All.Where(s => weights.GetValueOrDefault(s.Name) > 0).Select(s => s with { Weight = weights[s.Name] })] };
    }

    /// <summary>As <c>--weights</c> has them.</summary>
    public override string ToString() => string.Join(",", All.Select(static scenario => $"{scenario.Name}={scenario.Weight}"));

    /// <summary>One by chance, as its weight says.</summary>
    public Scenario Choose(Random random)
    {
        var left = random.Next(All.Sum(static scenario => scenario.Weight));
        return All.First(scenario => (left -= scenario.Weight) < 0);
    }
}
