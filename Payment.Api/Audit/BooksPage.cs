namespace Payment.Api.Audit;

/// <summary>Answer of <c>GET /internal/audit/books</c>.</summary>
/// <param name="Accounts">How many were examined.</param>
/// <param name="Wrong">Accounts that are not as they should be, <see cref="AccountAudit.WrongMax"/> at most.</param>
internal sealed record BooksPage(long Accounts, AccountBooks[] Wrong);
