/// Values that can be shown: `metis config explain`, the admin endpoints, differences.
public enum ConfigMasking {
  /// `value` with each secret in it replaced by `***`, wherever it came from: of a file, of the
  /// environment, of a secret's file. Of URLs and connection strings only the password goes. An
  /// empty text stays, since it tells that nothing is set, and so does a reference that was not
  /// replaced, `${NAME}`.
  public static func masked(_ value: ConfigValue, declarations: TableDeclaration = .root)
    -> ConfigValue
  {
    masked(value, DeclarationCursor(declarations), isSecret: false)
  }

  /// `value`, which stands at `cursor` and is a secret as a whole if `isSecret`.
  static func masked(
    _ value: ConfigValue, _ cursor: DeclarationCursor, isSecret: Bool
  ) -> ConfigValue {
    var value = value.replacingParts { entry in
      let inner = cursor.entry(entry.key)
      return masked(
        entry.value, inner,
        isSecret: SecretRules.isSecret(entry.key, declaration: inner.declaration))
    } element: { _, element in
      masked(element, cursor.element, isSecret: isSecret)
    }
    switch value.content {
    case .string(let text):
      let shown =
        isSecret || cursor.isSecret ? SecretText.masked(text) : SecretText.withoutPasswords(text)
      value.content = .string(shown)
    case .number, .datetime:
      if isSecret || cursor.isSecret { value.content = .string(SecretText.stars) }
    case .bool, .null, .table, .array: break
    }
    return value
  }
}
