using System.ComponentModel;

namespace Customer.Api.Customers;

/// <summary>The results of a batch, in its order.</summary>
internal sealed record BatchView(int Created, int Failed, BatchItemView[] Results);
