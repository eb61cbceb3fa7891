using Tests.Cluster;

namespace Tests.Faults;

// The tests for one replica of every API must also pass with two.

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedCheckoutTests(FaultCluster cluster) : CheckoutContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedOrderTests(FaultCluster cluster) : OrderContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedPaymentTests(FaultCluster cluster) : PaymentContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedStockTests(FaultCluster cluster) : StockContract(cluster);

[Collection(SharedFaults.Name), Trait("Category", "Faults")]
public sealed class ReplicatedConsistencyTests(FaultCluster cluster) : Consistency(cluster);
