/// The JSON Schema (2020-12) of the section.
let interactionSchema: StaticString = """
  {"$schema":"https://json-schema.org/draft/2020-12/schema","title":"Interaction \
  strategy","type":"object","minProperties":1,"description":"Steps; \
  or rules, ordered answers and a default; or one answer by itself.","properties":{"steps":{"$ref":"#/$defs/steps"},\
  "rules":{"type":"array","minItems":1,"description":"Rules on \
  the arguments: the first that matches answers.","items":{"type":"object"}},\
  "answers":{"type":"array","minItems":1,"description":"Answers \
  in the order of the calls.","items":{"type":["string","object"]}},"default":{"type":["string",\
  "object"],"description":"The answer where no rule matches."},"unmatched":{"enum":["default",\
  "error"],"description":"What a call gets that no rule matches."},"count_by":{"enum":["rule",\
  "session","client"],"description":"What calls are counted by."},"after_last":{"enum":["repeat",\
  "cycle","default"],"description":"What follows the last of `answers`."},\
  "state":{"$ref":"#/$defs/state"},"on_error":{"$ref":"#/$defs/reaction"},\
  "on_unsupported":{"$ref":"#/$defs/reaction"},"on_invalid":{"$ref":"#/$defs/invalid"}},\
  "$defs":{"steps":{"type":"array","items":{"$ref":"#/$defs/step"}},"step":{"type":"object",\
  "minProperties":1,"description":"One verb, with `when`, `repeat` \
  and `label` beside it.","properties":{"when":{"type":["string","boolean"],\
  "description":"An expression: the step is taken where it holds."},"repeat":{"type":["integer",\
  "array","string"],"description":"A number of turns or a list; \
  `loop` holds the turn."},"label":{"type":"string","description":"A \
  name for errors."},"text":{"type":"string","description":"A text \
  block; the text of a prompt's message or of a resource."},"file":{"type":"string",\
  "description":"A file for the block, relative to the folder of \
  the definition."},"base64":{"type":"string","description":"Bytes \
  for the block."},"content":{"description":"A content block, or \
  an array of them."},"message":{"description":"A message of a \
  prompt: a text, or a table with `role` and content."},"messages":{"type":"array",\
  "description":"Messages of a prompt."},"contents":{"description":"Contents \
  of a resource."},"structured":{"description":"The structured \
  content of a tool."},"result":{"type":"object","description":"A \
  whole MCP result; ends the call."},"error":{"type":["string","object"],\
  "description":"A tool error (text, content) or a JSON-RPC error \
  (code, message, data); ends the call."},"progress":{"type":["number","string",\
  "object"],"description":"Progress: progress, total, message."},"log":{"type":["string",\
  "object"],"description":"A log line: level, logger, data."},"delay_ms":{"type":["integer",\
  "string"],"description":"Waits: milliseconds, \\"range:20-80\\" \
  or a template."},"elicit":{"type":"object","description":"Asks \
  the user: key, message, schema; or mode = \\"url\\", url, elicitation_id."},\
  "sample":{"type":"object","description":"Asks the client's model: \
  key, prompt or messages, max_tokens, system_prompt, model_preferences, \
  tools, tool_choice."},"roots":{"type":["string","object"],"description":"Asks \
  for the client's roots under a key."},"ask":{"type":"object","description":"Several \
  questions at once, by their keys."},"only_declared":{"type":"boolean","description":"Asks \
  only what the client's capabilities admit."},"require":{"type":["string",\
  "array","object"],"description":"Capabilities that the client \
  must have declared."},"notify":{"type":["string","object"],"description":"\\"tools\\", \
  \\"prompts\\" or \\"resources\\" have changed; { resource = uri }; \
  or { method, params }."},"task":{"type":["boolean","object"],"description":"Goes \
  on as a task: ttl_ms, poll_interval_ms, status_message, required."},"close_stream":{"type":["boolean",\
  "object"],"description":"Ends the stream of the call: retry_ms."},"disconnect":{"const":true,\
  "description":"Cuts the client's connection."},"set":{"type":"object","description":"Variables, \
  seen as `vars`."},"if":{"type":["string","boolean"],"description":"An \
  expression, with `then` and `else`."},"then":{"$ref":"#/$defs/steps"},"else":{"$ref":"#/$defs/steps"},\
  "steps":{"$ref":"#/$defs/steps"},"state":{"$ref":"#/$defs/state"},"on_error":{"$ref":"#/$defs/reaction"},\
  "on_unsupported":{"$ref":"#/$defs/reaction"},"on_invalid":{"$ref":"#/$defs/invalid"}}},\
  "state":{"enum":["auto","always","never"],"description":"Whether \
  questions leave a state."},"reaction":{"enum":["fail","continue"],"description":"What \
  follows."},"invalid":{"enum":["ask","fail","continue"],"description":"What \
  follows an answer that does not fit."}}}
  """
