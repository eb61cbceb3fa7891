using System.Collections.Frozen;

namespace DocumentDb.Gateway.Engine;

/// <summary>The gateway's MongoDB error codes, and the mapping from the engine's SQLSTATEs. Source: the MongoDB manual's page on error codes.</summary>
internal static class ErrorCodes
{
    public const int InternalError = 1, BadValue = 2, FailedToParse = 9, Unauthorized = 13, Overflow = 15, InvalidLength = 16,
        AuthenticationFailed = 18, IllegalOperation = 20, InvalidBson = 22, LockTimeout = 24, NamespaceNotFound = 26, CursorNotFound = 43,
        MaxTimeExpired = 50, CommandNotFound = 59, InvalidOptions = 72, InvalidNamespace = 73, NoReplicationEnabled = 76,
        UnknownReplWriteConcern = 79, ShutdownInProgress = 91, WriteConflict = 112, CommandNotSupported = 115, ExceededMemoryLimit = 146,
        TransactionTooOld = 225, NotImplemented = 238, NoSuchTransaction = 251, TransactionCommitted = 256, ExceededTimeLimit = 262,
        OperationNotSupportedInTransaction = 263, DuplicateKey = 11000, UnknownField = 40415, OutOfDiskSpace = 14031, NotWritablePrimary = 10107;

    private static readonly FrozenDictionary<int, string> Names = new Dictionary<int, string>
    {
        [1] = "InternalError", [2] = "BadValue", [4] = "NoSuchKey", [9] = "FailedToParse", [11] = "UserNotFound", [13] = "Unauthorized",
        [14] = "TypeMismatch", [15] = "Overflow", [16] = "InvalidLength", [17] = "ProtocolError", [18] = "AuthenticationFailed",
        [20] = "IllegalOperation", [22] = "InvalidBSON", [24] = "LockTimeout", [26] = "NamespaceNotFound", [27] = "IndexNotFound",
        [28] = "PathNotViable", [31] = "RoleNotFound", [40] = "ConflictingUpdateOperators", [43] = "CursorNotFound", [48] = "NamespaceExists",
        [50] = "MaxTimeMSExpired", [52] = "DollarPrefixedFieldName", [53] = "InvalidIdField", [54] = "NotSingleValueField", [55] = "InvalidDBRef",
        [56] = "EmptyFieldName", [57] = "DottedFieldName", [59] = "CommandNotFound", [66] = "ImmutableField", [67] = "CannotCreateIndex",
        [68] = "IndexAlreadyExists", [72] = "InvalidOptions", [73] = "InvalidNamespace", [76] = "NoReplicationEnabled",
        [79] = "UnknownReplWriteConcern", [85] = "IndexOptionsConflict", [86] = "IndexKeySpecsConflict", [91] = "ShutdownInProgress",
        [96] = "OperationFailed", [112] = "WriteConflict", [115] = "CommandNotSupported", [121] = "DocumentValidationFailure",
        [125] = "CommandFailed", [146] = "ExceededMemoryLimit", [166] = "CommandNotSupportedOnView", [167] = "OptionNotSupportedOnView",
        [168] = "InvalidPipelineOperator", [197] = "InvalidIndexSpecificationOption", [201] = "InvalidUUID", [206] = "NoSuchSession",
        [211] = "KeyNotFound", [225] = "TransactionTooOld", [238] = "NotImplemented", [251] = "NoSuchTransaction", [256] = "TransactionCommitted",
        [262] = "ExceededTimeLimit", [263] = "OperationNotSupportedInTransaction", [278] = "CannotDropShardKeyIndex", [10107] = "NotWritablePrimary",
        [10334] = "BSONObjectTooLarge", [11000] = "DuplicateKey", [11600] = "InterruptedAtShutdown", [14031] = "OutOfDiskSpace",
    }.ToFrozenDictionary();

    private static readonly FrozenDictionary<string, int> OfState = new Dictionary<string, int>
    {
        // The extension's own: M and the error's position in its list, in base 36.
        ["M0000"] = 1, ["M0001"] = 2, ["M0003"] = 9, ["M0004"] = 14, ["M0006"] = 20, ["M0008"] = 26, ["M0009"] = 27, ["M000A"] = 28, ["M000D"] = 40,
        ["M000E"] = 43, ["M000F"] = 48, ["M000G"] = 52, ["M000M"] = 66, ["M000N"] = 67, ["M000O"] = 68, ["M000P"] = 72, ["M000Q"] = 73,
        ["M000R"] = 85, ["M000S"] = 86, ["M000U"] = 115, ["M000W"] = 146, ["M0016"] = 263, ["M001B"] = 10334, ["M001C"] = DuplicateKey,
        ["M00CO"] = 121, ["M00ER"] = 13, ["M00EV"] = 18, ["M00EW"] = 24, ["M00EX"] = 50, ["M00EY"] = 59, ["M00F0"] = 91, ["M00F1"] = 112,
        ["M00F4"] = 201, ["M00F5"] = 225, ["M00F6"] = 251, ["M00F7"] = 256, ["M007U"] = 40324, ["M0088"] = UnknownField, ["M003A"] = 17419,
        // PostgreSQL's own.
        ["23505"] = DuplicateKey, ["23P01"] = DuplicateKey, ["57014"] = MaxTimeExpired, ["55P03"] = LockTimeout, ["40001"] = WriteConflict,
        ["40P01"] = WriteConflict, ["42P01"] = NamespaceNotFound, ["0A000"] = CommandNotSupported, ["22P02"] = BadValue, ["22023"] = BadValue,
        ["22016"] = BadValue, ["22021"] = BadValue, ["42501"] = Unauthorized, ["53100"] = OutOfDiskSpace, ["53200"] = ExceededMemoryLimit,
        ["53300"] = ExceededTimeLimit, ["25006"] = NotWritablePrimary, ["54000"] = ExceededMemoryLimit, ["54001"] = ExceededMemoryLimit,
        ["57P01"] = ShutdownInProgress, ["57P02"] = ShutdownInProgress, ["57P03"] = ShutdownInProgress, ["57P05"] = ShutdownInProgress,
        ["58030"] = InternalError,
    }.ToFrozenDictionary();

    /// <summary>Gets a code's name; codes without one get a name made from the number.</summary>
    public static string Name(int code)
        => Names.TryGetValue(code, out var name) ? name : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"Location{code}");

    /// <summary>Gets the code for a SQLSTATE.</summary>
    /// <param name="state">The SQLSTATE, five characters.</param>
    /// <param name="isInTransaction">Whether this is a transaction, where a timeout while waiting for another write is a conflict that the client may
    /// retry.</param>
    public static int Of(string state, bool isInTransaction = false) => OfState.GetValueOrDefault(state, InternalError) switch
    {
        LockTimeout when isInTransaction => WriteConflict,
        var code => code,
    };

    /// <summary>Gets the engine's number for a SQLSTATE.</summary>
    public static int Pack(string state)
    {
        var packed = 0;
        for (var i = state.Length - 1; i >= 0; i--) packed = (packed << 6) | (state[i] - '0');
        return packed;
    }

    /// <summary>Gets the SQLSTATE from the engine's number: six bits per character, the first in the lowest bits.</summary>
    public static string Unpack(int packed) => string.Create(5, packed, static (state, rest) =>
    {
        for (var i = 0; i < state.Length; i++, rest >>= 6) state[i] = (char)('0' + (rest & 0x3F));
    });
}
