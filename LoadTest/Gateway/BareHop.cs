using System.Net;
using LoadTest.Driving;
using LoadTest.Http;
using LoadTest.Reports;
using LoadTest.Statistics;

namespace LoadTest.Gateway;

/// <summary>What the bare hop does.</summary>
/// <param name="PerSecond">Answers a second.</param>
/// <param name="CpuMicrosecondsOfNginx">Of both nginx together, for each request.</param>
/// <param name="CpuMicrosecondsOfClient">Of this program, for each request.</param>
/// <param name="MedianMs">Half of the answers take no longer.</param>
/// <param name="Percentile99Ms">99 of 100 answers take no longer.</param>
internal sealed record BareHopResult(double PerSecond, double CpuMicrosecondsOfNginx, double CpuMicrosecondsOfClient, double MedianMs, double Percentile99Ms);

/// <summary>
/// The measure of the machine: nginx passing a request to an nginx that answers 200, on loopback, by the same client as the checkouts. As much as any shop
/// behind this gateway could do if it cost nothing.
/// </summary>
internal static class BareHop
{
    private const string Answer = """{"paid":true}""";

    /// <summary>Starts both nginx, measures, and ends them.</summary>
    /// <exception cref="LoadTestException">nginx does not start, or does not answer 200.</exception>
    public static BareHopResult Measure(string nginx, int connections, int warmupSeconds, int durationSeconds, CancellationToken cancellationToken)
    {
        using var service = Nginx.Start(nginx, Service, cancellationToken);
        using var gateway = Nginx.Start(nginx, endPoint => Gateway(endPoint, service.EndPoint), cancellationToken);
        var target = new Target(gateway.EndPoint, gateway.EndPoint.ToString());
        var request = new RequestTemplate(target, "POST", "/orders/checkout/");
        ProcessSample? before = null, after = null;
        var done = LoadDriver.Run([target], new RequestSeries(long.MaxValue, request.Write, (_, status, _) => Verdict.Of(status)), new LoadPlan(connections)
        {
            WarmupSeconds = warmupSeconds, DurationSeconds = durationSeconds,
            WindowBegins = () => before = ProcessSample.Take(), WindowEnded = () => after = ProcessSample.Take(),
        }, cancellationToken);
        if (done.Failure.TotalCount > 0 || done.Succeeded == 0)
            throw new LoadTestException($"The bare hop failed: {done.Succeeded} answers of 200, {done.Failure.TotalCount} others.");
        var usage = ProcessSample.Between(before!, after!).ToDictionary(group => group.Name, group => group.CpuSeconds * 1e6 / done.Succeeded);
        var latency = LatencyReport.Of(done.Success)!;
        return new BareHopResult(done.PerSecond, usage["nginx"], usage["LoadTest"], latency.P50Ms, latency.P99Ms);
    }

    private static string Service(IPEndPoint endPoint) => $$"""
          access_log off;
          default_type application/json;
          keepalive_requests 100000000;
          server { listen {{endPoint}} backlog=4096; location / { return 200 '{{Answer}}'; } }
        """;

    // As AppHost/NginxGateway.cs has it.
    private static string Gateway(IPEndPoint endPoint, IPEndPoint service) => $$"""
          access_log off;
          server_tokens off;
          tcp_nodelay on;
          keepalive_timeout 65s;
          keepalive_requests 1000000;
          proxy_http_version 1.1;
          proxy_set_header Connection "";
          proxy_set_header Host $http_host;
          proxy_set_header X-Forwarded-For $remote_addr;
          proxy_set_header X-Forwarded-Proto $scheme;
          upstream service {
            zone service 64k;
            server {{service}} max_fails=3 fail_timeout=1s;
            keepalive 512;
            keepalive_requests 1000000;
          }
          server { listen {{endPoint}} backlog=4096; location /orders/checkout/ { proxy_pass http://service/checkout/; } }
        """;
}
