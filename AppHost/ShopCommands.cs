namespace AppHost;

/// <summary>The operator's commands, on the storefront in the dashboard. The page <c>/admin</c> has the same ones.</summary>
internal static class ShopCommands
{
    /// <summary>Adds the commands to the storefront.</summary>
    /// <param name="storefront">The resource that shows the commands.</param>
    /// <param name="stockApi">Fills the shelves.</param>
    /// <param name="orderApi">Empties the shop.</param>
    public static ReplicatedService WithShopCommands(this ReplicatedService storefront, ReplicatedService stockApi, ReplicatedService orderApi)
    {
        storefront.Replicas[0]
            .WithHttpCommand("/internal/catalog/fill", "Fill the shelves", () => stockApi.HttpEndpoint, commandName: "fill-shelves", commandOptions: new()
            {
                Description = "Puts back the first products that are missing and refills their stock.",
                IconName = "BoxCheckmark",
                IsHighlighted = true,
            })
            .WithHttpCommand("/internal/reset", "Reset the shop", () => orderApi.HttpEndpoint, commandName: "reset-shop", commandOptions: new()
            {
                Description = "Deletes all orders, accounts and items, then restores the first products.",
                ConfirmationMessage = "This deletes every order, account and item, including those of load tests, and restores the first products. Continue?",
                IconName = "Delete",
            });
        return storefront;
    }
}
