namespace LoadTest.Reports;

/// <summary>A figure of two runs.</summary>
/// <param name="Name">With its unit.</param>
/// <param name="Before">Of the first.</param>
/// <param name="After">Of the second.</param>
/// <param name="Judgement">Whether they differ; empty: not judged.</param>
internal sealed record ComparedFigure(string Name, double Before, double After, string Judgement)
{
    /// <summary>The difference in percent of the first; null where that is 0.</summary>
    public double? Percent => Before == 0 ? null : (After - Before) / Before * 100;
}
