import JSON
import Testing

/// Bytes in text, by the vectors of RFC 4648 section 10 and at random.
@Suite struct Base64Tests {
  @Test(arguments: [
    ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg=="),
    ("fooba", "Zm9vYmE="), ("foobar", "Zm9vYmFy"),
  ])
  func vectors(_ plain: String, _ text: String) {
    #expect(Base64.encode(plain.utf8) == text)
    #expect(Base64.decode(text.utf8) == Array(plain.utf8))
    #expect(Base64.isValid(text))
  }

  @Test func everyLengthComesBack() {
    for count in 0..<100 {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...255) }
      #expect(Base64.decode(Base64.encode(bytes).utf8) == bytes)
    }
  }

  @Test(arguments: ["Zg", "Zg=", "Z===", "Zh==", "Zm9v!", "Zm 9", "=Zg=", "Zg==Zg==", "-_8="])
  func isNoBase64(_ text: String) { #expect(!Base64.isValid(text)) }
}
