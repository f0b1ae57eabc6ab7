/// The JSON Schema of the section; names as MCP spells them (`mimeType`) are left to the compiler.
let interactionSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Interaction strategy",\
  "type":"object","minProperties":1,"description":"Steps; or rules, ordered answers and a \
  default; or one answer by itself.","$ref":"#/$defs/body","properties":{"when":{\
  "type":["string","boolean"],"description":"An expression: the step is taken where it holds."},\
  "rules":{"type":"array","minItems":1,"maxItems":10000,"items":{"$ref":"#/$defs/rule"},\
  "description":"Rules on the arguments: the first that matches answers."},"default":{\
  "$ref":"#/$defs/answer","description":"The answer where no rule matches."},"unmatched":{\
  "enum":["default","error"],"description":"What a call gets that no rule matches."},"answers":{\
  "type":"array","minItems":1,"items":{"$ref":"#/$defs/answer"},"description":"Answers in the \
  order of the calls."},"after_last":{"enum":["repeat","cycle","default"],"default":"repeat",\
  "description":"What follows the last of answers."},"count_by":{"enum":["rule","session",\
  "client"],"default":"rule","description":"What calls are counted by."},"value":{\
  "description":"The whole answer: any JSON value."}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},\
  "unevaluatedProperties":false,"$defs":{"steps":{"type":"array","items":{\
  "$ref":"#/$defs/step"}},"step":{"type":"object","minProperties":1,"description":"One verb, \
  with when, repeat and label beside it.","$ref":"#/$defs/body","properties":{"when":{\
  "type":["string","boolean"],"description":"An expression: the step is taken where it \
  holds."}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},"unevaluatedProperties":false},"answer":{\
  "description":"A text, { steps = [ … ] }, or one step such as { text = \\"…\\" }.","if":{\
  "type":"object"},"then":{"minProperties":1,"$ref":"#/$defs/body","properties":{"when":{\
  "type":["string","boolean"],"description":"An expression: the step is taken where it holds."},\
  "value":{"description":"The whole answer: any JSON value."}},"patternProperties":{\
  "^_?[a-z]+[A-Z]":{}},"unevaluatedProperties":false},"else":{"type":["string","object"]}},\
  "rule":{"type":"object","description":"When it matches, and an answer.","$ref":"#/$defs/body",\
  "properties":{"priority":{"type":"integer","minimum":-1000000,"maximum":1000000,"default":5,\
  "description":"The lowest is tried first."},"when":{"type":"object","additionalProperties":{\
  "$ref":"#/$defs/matcher"},"description":"Arguments by their names or JSON Pointers, each with \
  what it must be."},"context":{"type":"object","properties":{"client":{\
  "$ref":"#/$defs/matcher"},"client_version":{"$ref":"#/$defs/matcher"},"session":{\
  "$ref":"#/$defs/matcher"},"revision":{"$ref":"#/$defs/matcher"},"principal":{\
  "$ref":"#/$defs/matcher"},"transport":{"$ref":"#/$defs/matcher"},"target":{\
  "$ref":"#/$defs/matcher"}},"patternProperties":{"^/":{"$ref":"#/$defs/matcher"}},\
  "additionalProperties":false,"description":"Who calls."},"times":{"type":"integer",\
  "minimum":1,"description":"How often the rule may match."},"answers":{"type":"array",\
  "minItems":1,"items":{"$ref":"#/$defs/answer"},"description":"Answers in the order of the \
  calls."},"after_last":{"enum":["repeat","cycle","default"],"default":"repeat",\
  "description":"What follows the last of answers."},"count_by":{"enum":["rule","session",\
  "client"],"default":"rule","description":"What calls are counted by."},"value":{\
  "description":"The whole answer: any JSON value."}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},\
  "unevaluatedProperties":false},"matchers":{"type":"array","minItems":1,"items":{\
  "$ref":"#/$defs/matcher"}},"matcher":{"description":"What to equal, or a table of operators.",\
  "if":{"type":"object"},"then":{"minProperties":1,"properties":{"equals":{"description":"The \
  same value."},"includes":{"type":"object","description":"An object, part of the one to \
  match."},"not":{"$ref":"#/$defs/matcher","description":"What must not match."},"matches":{\
  "type":"string","description":"A regular expression (ECMA-262)."},"contains":{\
  "description":"A part of a text, an element of an array, a name of an object."},\
  "starts_with":{"type":"string"},"ends_with":{"type":"string"},"greater_than":{\
  "type":"number"},"at_least":{"type":"number"},"less_than":{"type":"number"},"at_most":{\
  "type":"number"},"one_of":{"type":"array"},"schema":{"type":["object","boolean"],\
  "description":"A JSON Schema."},"absent":{"const":true},"present":{"const":true},"any_of":{\
  "$ref":"#/$defs/matchers"},"all_of":{"$ref":"#/$defs/matchers"},"none_of":{\
  "$ref":"#/$defs/matchers"}},"additionalProperties":false}},"block":{"if":{"type":"object"},\
  "then":{"properties":{"type":{"enum":["text","image","audio","resource","resource_link",\
  "tool_use","tool_result"],"description":"The kind of block, where the rest does not tell \
  it."},"text":{"type":"string","description":"A text; a template."},"file":{"type":"string",\
  "minLength":1,"format":"metis-path","description":"A file with the text or bytes, relative to \
  the folder of the definition."},"base64":{"type":"string","description":"Bytes in base64."},\
  "blob":{"type":"string","description":"The same as base64."},"data":{"type":"string",\
  "description":"The same as base64."},"mime_type":{"type":"string","description":"The media \
  type of the bytes."},"uri":{"type":"string","description":"The URI of a resource."},"name":{\
  "type":"string","description":"The name of a resource link."},"title":{"type":"string"},\
  "size":{},"icons":{},"annotations":{"type":"object","description":"audience, priority, \
  lastModified."},"_meta":{},"resource":{"type":["object","string"],"description":"An embedded \
  resource as MCP has it."}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},"if":{"properties":{\
  "type":{"enum":["tool_use","tool_result"]}},"required":["type"]},"then":{\
  "additionalProperties":true},"unevaluatedProperties":false},"else":{"type":["string",\
  "object"]}},"message":{"if":{"type":"object"},"then":{"properties":{"type":{"enum":["text",\
  "image","audio","resource","resource_link","tool_use","tool_result"],"description":"The kind \
  of block, where the rest does not tell it."},"text":{"type":"string","description":"A text; a \
  template."},"file":{"type":"string","minLength":1,"format":"metis-path","description":"A file \
  with the text or bytes, relative to the folder of the definition."},"base64":{"type":"string",\
  "description":"Bytes in base64."},"blob":{"type":"string","description":"The same as \
  base64."},"data":{"type":"string","description":"The same as base64."},"mime_type":{\
  "type":"string","description":"The media type of the bytes."},"uri":{"type":"string",\
  "description":"The URI of a resource."},"name":{"type":"string","description":"The name of a \
  resource link."},"title":{"type":"string"},"size":{},"icons":{},"annotations":{\
  "type":"object","description":"audience, priority, lastModified."},"_meta":{},"resource":{\
  "type":["object","string"],"description":"An embedded resource as MCP has it."},"role":{\
  "enum":["user","assistant"],"description":"Who says the message of a prompt."},"content":{\
  "type":["string","object","array"]}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},"if":{\
  "properties":{"type":{"enum":["tool_use","tool_result"]}},"required":["type"]},"then":{\
  "additionalProperties":true},"unevaluatedProperties":false},"else":{"type":["string",\
  "object"]}},"body":{"properties":{"type":{"enum":["text","image","audio","resource",\
  "resource_link","tool_use","tool_result"],"description":"The kind of block, where the rest \
  does not tell it."},"text":{"type":"string","description":"A text; a template."},"file":{\
  "type":"string","minLength":1,"format":"metis-path","description":"A file with the text or \
  bytes, relative to the folder of the definition."},"base64":{"type":"string",\
  "description":"Bytes in base64."},"blob":{"type":"string","description":"The same as \
  base64."},"data":{"type":"string","description":"The same as base64."},"mime_type":{\
  "type":"string","description":"The media type of the bytes."},"uri":{"type":"string",\
  "description":"The URI of a resource."},"name":{"type":"string","description":"The name of a \
  resource link."},"title":{"type":"string"},"size":{},"icons":{},"annotations":{\
  "type":"object","description":"audience, priority, lastModified."},"_meta":{},"resource":{\
  "type":["object","string"],"description":"An embedded resource as MCP has it."},"role":{\
  "enum":["user","assistant"],"description":"Who says the message of a prompt."},"content":{\
  "if":{"type":"array"},"then":{"items":{"$ref":"#/$defs/block"}},"else":{\
  "$ref":"#/$defs/block"},"description":"A content block or an array of them; a text stands for \
  a text block."},"message":{"if":{"type":"array"},"then":{"items":{"$ref":"#/$defs/message"}},\
  "else":{"$ref":"#/$defs/message"},"description":"A message of a prompt: a text, or a table \
  with role and content."},"messages":{"if":{"type":"array"},"then":{"items":{\
  "$ref":"#/$defs/message"}},"else":{"$ref":"#/$defs/message"},"description":"Messages of a \
  prompt."},"contents":{"if":{"type":"array"},"then":{"items":{"$ref":"#/$defs/block"}},"else":{\
  "$ref":"#/$defs/block"},"description":"Contents of a resource."},"structured":{\
  "description":"The structured content of a tool: any JSON value."},"result":{"type":"object",\
  "description":"A whole MCP result; ends the call."},"error":{"type":["string","object"],\
  "properties":{"code":{"type":"integer","minimum":-2147483648,"maximum":2147483647,\
  "description":"The code of a JSON-RPC error."},"message":{"type":"string","description":"What \
  went wrong."},"data":{},"is_error":{"type":"boolean"},"text":{"type":"string",\
  "description":"What a tool's result with isError says."},"content":{}},"patternProperties":{\
  "^_?[a-z]+[A-Z]":{}},"additionalProperties":false,"description":"A tool error (text, content) \
  or a JSON-RPC error (code, message, data); ends the call."},"progress":{"type":["number",\
  "string","object"],"properties":{"progress":{"type":["number","string"],"minimum":0,\
  "description":"How far the call is."},"total":{"type":["number","string"],"minimum":0},\
  "message":{"type":"string"}},"required":["progress"],"patternProperties":{"^_?[a-z]+[A-Z]":{\
  }},"additionalProperties":false,"description":"Progress: a number, or progress, total, \
  message."},"log":{"type":["string","object"],"properties":{"level":{"enum":["debug","info",\
  "notice","warning","error","critical","alert","emergency"],"default":"info"},"logger":{\
  "type":"string"},"data":{"description":"What is logged."}},"required":["data"],\
  "patternProperties":{"^_?[a-z]+[A-Z]":{}},"additionalProperties":false,"description":"A log \
  line: a text, or level, logger, data."},"delay_ms":{"type":["integer","string"],"minimum":0,\
  "maximum":3600000,"examples":[50,"range:20-80"],"description":"Waits: milliseconds, \
  \\"range:20-80\\" or a template."},"elicit":{"$ref":"#/$defs/elicit","description":"Asks the \
  user."},"sample":{"$ref":"#/$defs/sample","description":"Asks the client's model."},"roots":{\
  "$ref":"#/$defs/roots","description":"Asks for the client's roots under a key."},"ask":{\
  "type":"object","minProperties":1,"additionalProperties":{"type":"object","minProperties":1,\
  "maxProperties":1,"properties":{"elicit":{"$ref":"#/$defs/elicit"},"sample":{\
  "$ref":"#/$defs/sample"},"roots":{"$ref":"#/$defs/roots"}},"additionalProperties":false},\
  "description":"Several questions at once, by their keys."},"only_declared":{"type":"boolean",\
  "default":false,"description":"Asks only what the client's capabilities admit."},"require":{\
  "type":["string","array","object"],"items":{"type":"string"},"description":"Capabilities that \
  the client must have declared."},"notify":{"if":{"type":"string"},"then":{"enum":["tools",\
  "prompts","resources"]},"else":{"type":"object","properties":{"list":{"enum":["tools",\
  "prompts","resources"]},"resource":{"type":"string","description":"The URI of a resource that \
  has changed."},"method":{"type":"string","description":"The method of a notification."},\
  "params":{"type":"object"}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},\
  "additionalProperties":false},"description":"\\"tools\\", \\"prompts\\" or \\"resources\\" \
  have changed; { resource = uri }; or { method, params }."},"task":{"type":["boolean",\
  "object"],"properties":{"ttl_ms":{"type":["number","string","null"]},"poll_interval_ms":{\
  "type":["number","string"]},"status_message":{"type":"string"},"required":{"type":"boolean"}},\
  "patternProperties":{"^_?[a-z]+[A-Z]":{}},"additionalProperties":false,"description":"Goes on \
  as a task."},"close_stream":{"type":["boolean","object"],"properties":{"retry_ms":{\
  "type":["number","string"]}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},\
  "additionalProperties":false,"description":"Ends the stream of the call."},"disconnect":{\
  "const":true,"description":"Cuts the client's connection."},"set":{"type":"object",\
  "description":"Variables, seen as vars."},"if":{"type":["string","boolean"],"description":"An \
  expression, with then and else."},"then":{"$ref":"#/$defs/steps","description":"The steps \
  where the condition holds."},"else":{"$ref":"#/$defs/steps","description":"The steps where it \
  does not."},"steps":{"$ref":"#/$defs/steps","description":"Steps in their order."},"repeat":{\
  "type":["integer","array","string"],"minimum":0,"maximum":100000,"description":"A number of \
  turns or a list; loop holds the turn."},"label":{"type":"string","description":"A name for \
  errors."},"state":{"enum":["auto","always","never"],"default":"auto","description":"Whether \
  questions leave a state for the call that resumes."},"on_error":{"enum":["fail","continue"],\
  "default":"fail","description":"What follows an error of the client as the answer."},\
  "on_unsupported":{"enum":["fail","continue"],"default":"fail","description":"What follows a \
  capability that the client has not declared."},"on_invalid":{"enum":["ask","fail","continue"],\
  "default":"ask","description":"What follows an answer that does not fit its question."}},\
  "if":{"properties":{"type":{"enum":["tool_use","tool_result"]}},"required":["type"]},"then":{\
  "additionalProperties":true}},"elicit":{"type":"object","required":["message"],"properties":{\
  "key":{"type":"string","description":"The name of the answer in inputs."},"message":{\
  "type":"string","description":"What the user is asked."},"mode":{"enum":["form","url"]},\
  "schema":{"type":"object","description":"The JSON Schema of the form."},"requested_schema":{\
  "type":"object"},"url":{"type":"string","description":"The page that the user opens."},\
  "elicitation_id":{"type":"string"}},"patternProperties":{"^_?[a-z]+[A-Z]":{}},\
  "additionalProperties":false},"sample":{"type":"object","properties":{"key":{"type":"string",\
  "description":"The name of the answer in inputs."},"prompt":{"type":"string"},"messages":{\
  "type":"array","minItems":1,"items":{"$ref":"#/$defs/message"}},"max_tokens":{"default":1024},\
  "system_prompt":{"type":"string"},"include_context":{"type":"string"},"model_preferences":{},\
  "temperature":{},"stop_sequences":{},"metadata":{},"tools":{},"tool_choice":{}},\
  "patternProperties":{"^_?[a-z]+[A-Z]":{}},"additionalProperties":false},"roots":{\
  "type":["string","object","boolean"],"properties":{"key":{"type":"string","description":"The \
  name of the answer in inputs."}},"additionalProperties":false}}}
  """
