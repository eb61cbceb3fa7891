namespace Payment.Api.Audit;

/// <summary>Response of <c>GET /internal/audit/books</c>.</summary>
/// <param name="Accounts">Number of accounts examined.</param>
/// <param name="Wrong">Accounts with wrong books, at most <see cref="AccountAudit.WrongMax"/>.</param>
internal sealed record BooksPage(long Accounts, AccountBooks[] Wrong);
