/// The JSON Schema of a random strategy's section.
public let randomSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Random strategy",\
  "$ref":"#/$defs/value","$defs":{\
  "value":{"type":"object","minProperties":1,\
  "if":{"properties":{"type":{"type":"string"}},"required":["type"]},\
  "then":{"$ref":"#/$defs/typed"},\
  "else":{"description":"The fields of an object.",\
  "additionalProperties":{"$ref":"#/$defs/value"}}},\
  "typed":{"type":"object","required":["type"],"properties":{\
  "type":{"enum":["array","boolean","choice","float","integer","object","string","uuid"]},\
  "nullable":{"type":"number","minimum":0,"maximum":1,\
  "description":"How often the value is null."},\
  "min":{"type":"number","description":"integer, float: the least value."},\
  "max":{"type":"number","description":"integer, float: the greatest value."},\
  "precision":{"type":"integer","minimum":0,"maximum":15,"description":"float: decimals."},\
  "min_length":{"type":"integer","minimum":0,"description":"string, array: the least length."},\
  "max_length":{"type":"integer","minimum":0,"description":"string, array: the greatest length."},\
  "charset":{"enum":["alphabetic","alphanumeric","ascii","hex","lowercase","numeric","uppercase"],\
  "description":"string: its letters."},\
  "alphabet":{"type":"string","minLength":1,"description":"string: its letters, each one listed."},\
  "probability":{"type":"number","minimum":0,"maximum":1,\
  "description":"boolean: how often the value is true."},\
  "values":{"type":"array","minItems":1,"description":"choice: any JSON values."},\
  "weights":{"type":"array","items":{"type":"number","minimum":0},\
  "description":"choice: how often each value comes."},\
  "items":{"$ref":"#/$defs/value","description":"array: what it holds."},\
  "item":{"$ref":"#/$defs/value","description":"array: the same as items."},\
  "unique":{"type":"boolean","default":false,"description":"array: no two items are the same."},\
  "schema":{"type":"object","additionalProperties":{"$ref":"#/$defs/value"},\
  "description":"object: its fields, in order."}},\
  "additionalProperties":false}}}
  """
