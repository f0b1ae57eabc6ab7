import Foundation
import JSON
import MCP
import Testing

/// Templates of URIs (RFC 6570).
@Suite struct URITemplateTests {
  static let values = [
    "var": "value", "hello": "Hello World!", "path": "/foo/bar", "empty": "", "x": "1024",
    "y": "768", "half": "50%", "base": "http://example.com/home/", "who": "fred",
  ]

  /// The examples of RFC 6570, sections 1.2 and 3.2, levels 1 to 3.
  @Test(arguments: [
    ("{var}", "value"), ("{hello}", "Hello%20World%21"), ("{half}", "50%25"), ("O{empty}X", "OX"),
    ("{x,y}", "1024,768"), ("{x,hello,y}", "1024,Hello%20World%21,768"),
    ("?{x,empty}", "?1024,"), ("?{x,undef}", "?1024"), ("{var:3}", "val"), ("{var:30}", "value"),
    ("{+var}", "value"), ("{+hello}", "Hello%20World!"), ("{+half}", "50%25"),
    ("{+base}index", "http://example.com/home/index"), ("{+path}/here", "/foo/bar/here"),
    ("here?ref={+path}", "here?ref=/foo/bar"), ("{+x,hello,y}", "1024,Hello%20World!,768"),
    ("{#var}", "#value"), ("{#hello}", "#Hello%20World!"), ("foo{#empty}", "foo#"),
    ("foo{#undef}", "foo"), ("{#path,x}/here", "#/foo/bar,1024/here"),
    ("{.who}", ".fred"), ("X{.x,y}", "X.1024.768"), ("X{.empty}", "X."), ("X{.undef}", "X"),
    ("{/who}", "/fred"), ("{/half,who}", "/50%25/fred"), ("{/var,empty}", "/value/"),
    ("{/var,x}/here", "/value/1024/here"), ("{;who}", ";who=fred"), ("{;empty}", ";empty"),
    ("{;x,y,empty}", ";x=1024;y=768;empty"), ("{?who}", "?who=fred"),
    ("{?x,y,empty}", "?x=1024&y=768&empty="), ("{?x,y,undef}", "?x=1024&y=768"),
    ("?fixed=yes{&x}", "?fixed=yes&x=1024"), ("{&x,y,empty}", "&x=1024&y=768&empty="),
  ])
  func expansion(_ template: String, _ expected: String) throws {
    #expect(try URITemplate(template).expand(Self.values) == expected)
  }

  @Test(arguments: [
    ("test://template/{id}/data", "test://template/123/data", ["id": "123"]),
    ("notes://{user}/{note}", "notes://ada/first%20one", ["user": "ada", "note": "first one"]),
    ("file:///{+path}", "file:///a/b/c.txt", ["path": "a/b/c.txt"]),
    ("file:///{+path}/raw", "file:///a/raw/raw", ["path": "a/raw"]),
    ("a:{x,y}", "a:1,2", ["x": "1", "y": "2"]),
    ("a:b{#part}", "a:b#one/two", ["part": "one/two"]), ("a:b{#part}", "a:b", [:]),
    ("a:b{.ext}", "a:b.txt", ["ext": "txt"]), ("a:b{.x,y}", "a:b.1.2", ["x": "1", "y": "2"]),
    ("a:b{/x,y}", "a:b/1/2", ["x": "1", "y": "2"]),
    ("a:b{/path*}", "a:b/1/2/3", ["path": "1/2/3"]),
    ("a:b{;x,y}", "a:b;y=2;x=1", ["x": "1", "y": "2"]),
    ("a:s{?q,limit}", "a:s?limit=5&q=x%26y", ["q": "x&y", "limit": "5"]),
    ("a:s{?q,limit}", "a:s", [:]), ("a:s{?q,limit}", "a:s?q=", ["q": ""]),
    ("a:s?fixed=1{&b}", "a:s?fixed=1&b=2", ["b": "2"]),
    ("a:s{?a}{&b}", "a:s?b=2&a=1", ["a": "1", "b": "2"]),
    ("a:s{?tag*}", "a:s?tag=1&tag=2", ["tag": "1,2"]),
    ("a:{+path}{?q}", "a:b/c?q=1", ["path": "b/c", "q": "1"]),
    ("a:s{?q}{#part}", "a:s?q=1#end", ["q": "1", "part": "end"]),
    ("{+scheme}:x", "notes:x", ["scheme": "notes"]), ("a:{x:3}", "a:abc", ["x": "abc"]),
    ("a:{x}-{y}", "a:1-2-3", ["x": "1-2", "y": "3"]), ("a:{x}/{x}", "a:1/1", ["x": "1"]),
    ("a:{caf%C3%A9}", "a:%C3%A9", ["caf%C3%A9": "é"]),
  ])
  func match(_ template: String, _ uri: String, _ expected: [String: String]) throws {
    let found = try #require(try URITemplate(template).match(uri))
    #expect(Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0.value) }) == expected)
  }

  @Test(arguments: [
    ("test://template/{id}/data", "test://template//data"),
    ("test://template/{id}/data", "test://template/1/2/data"),
    ("test://template/{id}/data", "test://template/1/datax"),
    ("test://template/{id}", "test://template/a?b"), ("a:{x,y}", "a:1"), ("a:{x:3}", "a:abcd"),
    ("a:s{?q}", "a:s?other=1"), ("a:s{?q}", "a:s?q=1&q=2"), ("a:s{?q}", "a:s?"),
    ("a:{x}", "a:%zz"), ("a:{x}", "a:%ff"), ("a:{x}", "a:%4"), ("a:{x}/{x}", "a:1/2"),
    ("a:b", "a:B"), ("a:{x}", ""), ("a:{x}", "a:"),
  ])
  func noMatch(_ template: String, _ uri: String) throws {
    #expect(try URITemplate(template).match(uri) == nil)
  }

  /// What is expanded is found again.
  @Test(arguments: ["a:{who}", "a:{+base}x", "a:{/x,y}{?who,half}{#path}", "a:{x,y}{;who}"])
  func roundTrip(_ text: String) throws {
    let template = try URITemplate(text)
    let uri = template.expand(Self.values)
    let found = try #require(template.match(uri))
    #expect(found.count == template.variables.count)
    for (name, value) in found { #expect(value == Self.values[name]) }
  }

  @Test(arguments: ["{", "a}", "{}", "{a b}", "{a:0}", "{a:10000}", "{a,}", "{=a}"])
  func refusal(_ text: String) {
    #expect(throws: URITemplate.Failure.self) { try URITemplate(text) }
  }

  /// Many ways to split a long URI take no longer than one.
  @Test func boundedTime() throws {
    let template = try URITemplate("a:{a}-{b}-{c}-{d}-{e}-{f}-{g}-{h}!")
    let uri = "a:" + String(repeating: "-x", count: 2000)
    // The thread's own time: other tests share the machine.
    func clock() -> Int {
      var time = timespec()
      clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
      return time.tv_sec * 1_000_000_000 + time.tv_nsec
    }
    let start = clock()
    #expect(template.match(uri) == nil)
    let query = try URITemplate("a:s{&a*}")
    #expect(query.match("a:s" + String(repeating: "&a=1", count: 2000) + "&b=1") == nil)
    #expect(clock() - start < 5_000_000_000)
    #expect(try URITemplate("a:{+x}").match("a:" + String(repeating: "x", count: 9000)) == nil)
  }

  @Test func specificity() throws {
    func isFirst(_ left: String, _ right: String) throws -> Bool {
      let (left, right) = (try URITemplate(left), try URITemplate(right))
      return left.isMoreSpecific(than: right) && !right.isMoreSpecific(than: left)
    }
    #expect(try isFirst("a:users/{id}", "a:{kind}/{id}"))
    #expect(try isFirst("a:x/{id}", "a:x/{+path}"))
    #expect(try isFirst("a:x/{id}", "a:x/{id}{?q}"))
    #expect(try !isFirst("a:x/{id}", "a:x/{key}"))
  }
}
