using System.Diagnostics;
using Microsoft.Extensions.Configuration;
using OpenTelemetry.Trace;
using ServiceDefaults;

namespace Tests.Unit.ServiceDefaults;

[Trait("Category", "Unit")]
public sealed class RequestSamplerTests
{
    private static readonly ActivityContext Recorded = new(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);

    [Theory]
    [InlineData(ActivityKind.Client, false, SamplingDecision.Drop)]
    [InlineData(ActivityKind.Client, true, SamplingDecision.RecordAndSample)]
    [InlineData(ActivityKind.Server, false, SamplingDecision.RecordAndSample)]
    [InlineData(ActivityKind.Internal, false, SamplingDecision.RecordAndSample)] // the recovery of checkouts
    public void Only_calls_that_belong_to_no_trace_are_dropped(ActivityKind kind, bool hasParent, SamplingDecision decision)
        => Assert.Equal(decision, Decide(new(Of(null)), kind, hasParent));

    [Theory]
    [InlineData(null, null, "ParentBased{AlwaysOnSampler}")]
    [InlineData("parentbased_always_on", null, "ParentBased{AlwaysOnSampler}")]
    [InlineData("parentbased_always_off", null, "ParentBased{AlwaysOffSampler}")]
    [InlineData("always_on", null, "AlwaysOnSampler")]
    [InlineData("always_off", null, "AlwaysOffSampler")]
    [InlineData("traceidratio", "0.25", "TraceIdRatioBasedSampler{0.250000}")]
    [InlineData("parentbased_traceidratio", "0.01", "ParentBased{TraceIdRatioBasedSampler{0.010000}}")]
    [InlineData("parentbased_traceidratio", "many", "ParentBased{TraceIdRatioBasedSampler{1.000000}}")]
    [InlineData("parentbased_traceidratio", "1e-3", "ParentBased{TraceIdRatioBasedSampler{0.001000}}")]
    [InlineData("ALWAYS_OFF", null, "AlwaysOffSampler")]
    [InlineData("unknown", null, "ParentBased{AlwaysOnSampler}")]
    public void The_standard_variables_choose_the_sampler(string? name, string? argument, string expected)
        => Assert.Equal(expected, Of(name, argument).Description);

    private static Sampler Of(string? name, string? argument = null) => RequestSampler.Read(new ConfigurationBuilder()
        .AddInMemoryCollection([new("OTEL_TRACES_SAMPLER", name), new("OTEL_TRACES_SAMPLER_ARG", argument)]).Build());

    private static SamplingDecision Decide(RequestSampler sampler, ActivityKind kind, bool hasParent)
        => sampler.ShouldSample(new(hasParent ? Recorded : default, ActivityTraceId.CreateRandom(), "span", kind, null, null)).Decision;
}
