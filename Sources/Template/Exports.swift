// The public functions take and give JSON values.
@_exported import JSON
