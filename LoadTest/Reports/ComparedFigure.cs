namespace LoadTest.Reports;

/// <summary>One figure of two runs.</summary>
/// <param name="Name">The figure's name with its unit.</param>
/// <param name="Before">The first run's value.</param>
/// <param name="After">The second run's value.</param>
/// <param name="Judgement">Whether the values differ; empty if not judged.</param>
internal sealed record ComparedFigure(string Name, double Before, double After, string Judgement)
{
    /// <summary>The difference in percent of the first value; null if that is 0.</summary>
    public double? Percent => Before == 0 ? null : (After - Before) / Before * 100;
}
