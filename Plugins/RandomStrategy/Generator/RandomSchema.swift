/// The JSON Schema of a random strategy's section.
public let randomSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Random strategy",\
  "$ref":"#/$defs/value","examples":[{"type":"integer","min":18,"max":80},{"id":{\
  "type":"uuid"}}],"$defs":{"value":{"type":"object","minProperties":1,"if":{"properties":{\
  "type":{"type":"string"}},"required":["type"]},"then":{"$ref":"#/$defs/typed"},"else":{"if":{\
  "additionalProperties":{"type":"object"}},"then":{"description":"The fields of an object.",\
  "additionalProperties":{"$ref":"#/$defs/value"}},"else":{"required":["type"],"properties":{\
  "type":{"enum":["array","boolean","choice","float","integer","object","string","uuid"],\
  "description":"What to make: array, boolean, choice, float, integer, object, string, \
  uuid."}}}}},"typed":{"properties":{"type":{"enum":["array","boolean","choice","float",\
  "integer","object","string","uuid"]}},"allOf":[{"if":{"properties":{"type":{"const":"uuid"}}},\
  "then":{"properties":{"type":{"const":"uuid"},"nullable":{"type":"number","minimum":0,\
  "maximum":1,"default":0,"description":"How often the value is null."}},\
  "additionalProperties":false}},{"if":{"properties":{"type":{"const":"integer"}}},"then":{\
  "properties":{"type":{"const":"integer"},"nullable":{"type":"number","minimum":0,"maximum":1,\
  "default":0,"description":"How often the value is null."},"min":{"type":"integer",\
  "minimum":-9223372036854775808,"maximum":9223372036854775807,"default":0,"description":"The \
  least value."},"max":{"type":"integer","minimum":-9223372036854775808,\
  "maximum":9223372036854775807,"description":"The greatest value; min + 100 without it."}},\
  "additionalProperties":false}},{"if":{"properties":{"type":{"const":"float"}}},"then":{\
  "properties":{"type":{"const":"float"},"nullable":{"type":"number","minimum":0,"maximum":1,\
  "default":0,"description":"How often the value is null."},"min":{"type":"number","default":0,\
  "description":"The least value."},"max":{"type":"number","description":"The greatest value; \
  min + 1 without it."},"precision":{"type":"integer","minimum":0,"maximum":15,\
  "description":"Decimals."}},"additionalProperties":false}},{"if":{"properties":{"type":{\
  "const":"string"}}},"then":{"properties":{"type":{"const":"string"},"nullable":{\
  "type":"number","minimum":0,"maximum":1,"default":0,"description":"How often the value is \
  null."},"min_length":{"type":"integer","minimum":0,"maximum":1000000,"default":8,\
  "description":"The least length."},"max_length":{"type":"integer","minimum":0,\
  "maximum":1000000,"default":16,"description":"The greatest length."},"charset":{\
  "enum":["alphabetic","alphanumeric","ascii","hex","lowercase","numeric","uppercase"],\
  "default":"alphanumeric","description":"Its letters."},"alphabet":{"type":"string",\
  "minLength":1,"description":"Its letters, each one listed."}},"additionalProperties":false}},{\
  "if":{"properties":{"type":{"const":"boolean"}}},"then":{"properties":{"type":{\
  "const":"boolean"},"nullable":{"type":"number","minimum":0,"maximum":1,"default":0,\
  "description":"How often the value is null."},"probability":{"type":"number","minimum":0,\
  "maximum":1,"default":0.5,"description":"How often it is true."}},\
  "additionalProperties":false}},{"if":{"properties":{"type":{"const":"choice"}}},"then":{\
  "properties":{"type":{"const":"choice"},"nullable":{"type":"number","minimum":0,"maximum":1,\
  "default":0,"description":"How often the value is null."},"values":{"type":"array",\
  "minItems":1,"description":"Any JSON values."},"weights":{"type":"array","items":{\
  "type":"number","minimum":0},"description":"How often each value comes."}},\
  "additionalProperties":false,"required":["values"]}},{"if":{"properties":{"type":{\
  "const":"array"}}},"then":{"properties":{"type":{"const":"array"},"nullable":{"type":"number",\
  "minimum":0,"maximum":1,"default":0,"description":"How often the value is null."},"items":{\
  "$ref":"#/$defs/value","description":"What it holds."},"item":{"$ref":"#/$defs/value",\
  "description":"The same as items."},"min_length":{"type":"integer","minimum":0,\
  "maximum":100000,"default":1,"description":"The least length."},"max_length":{\
  "type":"integer","minimum":0,"maximum":100000,"default":10,"description":"The greatest \
  length."},"unique":{"type":"boolean","default":false,"description":"No two items are the \
  same."}},"additionalProperties":false,"oneOf":[{"required":["items"]},{\
  "required":["item"]}]}},{"if":{"properties":{"type":{"const":"object"}}},"then":{\
  "properties":{"type":{"const":"object"},"nullable":{"type":"number","minimum":0,"maximum":1,\
  "default":0,"description":"How often the value is null."},"schema":{"type":"object",\
  "additionalProperties":{"$ref":"#/$defs/value"},"description":"Its fields, in order."}},\
  "additionalProperties":false,"required":["schema"]}}]}}}
  """
