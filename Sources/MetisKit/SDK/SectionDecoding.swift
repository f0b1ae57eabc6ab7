@usableFromInline
func decodeSection<T: Decodable>(_ type: T.Type, _ section: JSONValue) throws -> T {
  throw ConfigError("decoding is not there yet")
}
